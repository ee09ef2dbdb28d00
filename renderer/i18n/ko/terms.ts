/** Technical terms behind the plain words of the screens: the term, and one sentence that explains it. */
import type { Messages } from '../en/index.ts'

export const terms: Messages['terms'] = {
  labelMap: {
    name: '라벨 맵(label map)',
    text: '이미지를 덮는 셀 격자로, 셀마다 가장 강한 클래스 몇 개와 그 점수를 담습니다.',
  },
  k: {
    name: 'K',
    text: '라벨 맵의 셀마다 남기는 가장 강한 클래스의 수로, 많을수록 정확하고 용량이 커집니다.',
  },
  logit: {
    name: '로짓(logit)',
    text: '확률로 바꾸기 전에 분류기가 클래스마다 매기는 점수입니다.',
  },
  fill: {
    name: '채움 로짓',
    text: '셀에 남지 않은 클래스가 그 셀에서 갖는 것으로 보는 점수입니다.',
  },
  softmax: {
    name: '소프트맥스(softmax)',
    text: '모든 클래스의 점수를 합이 100%인 확률로 바꿉니다.',
  },
  kl: {
    name: 'KL 발산(단위 nat)',
    text: '남긴 클래스만으로 만든 타깃이 모든 클래스로 만든 타깃과 얼마나 다른지를 무작위 크롭에서 평균한 값으로, 0이면 같습니다.',
  },
  topOne: {
    name: 'Top-1 일치율',
    text: '남긴 클래스만 쓸 때 가장 강한 클래스가 그대로인 비율입니다.',
  },
  target: {
    name: '소프트 타깃(soft target)',
    text: '학생 모델이 배우는 클래스별 확률로, 라벨 맵이 이미지 전체나 크롭 하나에 대해 말하는 내용입니다.',
  },
  roiAlign: {
    name: 'RoIAlign',
    text: '크롭 아래의 라벨 맵을 셀 사이까지 정확히 읽으며, 여기 보이는 값은 셀 단위로 나타낸 크롭의 경계입니다.',
  },
  axes: {
    name: '뒤바뀐 축',
    text: '논문이 공개한 코드는 크롭을 읽을 때 높이와 너비를 바꿔 읽으며, “공개판”은 비교할 수 있도록 똑같이 합니다.',
  },
  surgery: {
    name: '수술(surgery)',
    text: '분류기 끝의 풀링을 없애, 이미지 전체에 한 번이 아니라 셀마다 답하게 합니다.',
  },
  head: {
    name: '헤드(head)',
    text: '분류기의 끝부분으로, 풀링과 클래스별 점수를 내는 선형 층입니다.',
  },
  normalisation: {
    name: '정규화',
    text: '분류기를 학습할 때처럼 색마다 평균을 빼고 표준편차로 나눕니다.',
  },
  confidence: {
    name: '신뢰도',
    text: '이미지 전체의 타깃에서 가장 강한 클래스의 확률입니다.',
  },
  margin: {
    name: '마진(margin)',
    text: '이미지 전체의 타깃에서 가장 강한 클래스가 두 번째보다 앞선 정도로, 단위는 퍼센트포인트입니다.',
  },
  entropy: {
    name: '엔트로피(entropy)',
    text: '타깃이 여러 클래스에 얼마나 고르게 퍼져 있는지를 가능한 최댓값에 대한 비율로 나타냅니다.',
  },
  gain: {
    name: '검토 점수',
    text: '이 이미지를 볼 가치가 얼마나 되는지 0에서 1로 추정한 값으로, 높은 것부터 나옵니다.',
  },
}
