/** The only door to ONNX Runtime: nothing of it is loaded before its usage reports are off. */
import './no-usage-reports.ts'
import ort from 'onnxruntime-node'

export { ort }
