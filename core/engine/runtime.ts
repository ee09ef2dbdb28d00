/** The only module that imports ONNX Runtime; it switches off usage reports first. */
import './no-usage-reports.ts'
import ort from 'onnxruntime-node'

export { ort }
