// Chinese names for what the pretend server calls by program names.

export const kinds = {
  token: '取访问令牌',
  'stream.open': '申请长连接',
  'stream.connect': '建立长连接',
  'card.create': '创建并投放卡片',
  'card.deliver': '投放卡片',
  'card.update': '更新卡片',
  'robot.oto': '单聊消息',
  'robot.group': '群消息',
  'robot.reply': '回复消息',
  'file.url': '取文件地址',
  'file.download': '下载文件',
  'media.upload': '上传文件',
  'contact.mobile': '按手机号查人',
  'push.message': '推送:有人发消息',
  'push.card': '推送:有人按按钮',
  unknown: '不认识的地址',
};

export const routes = [
  ['*', '全部调用和推送'],
  ['card.*', '卡片的全部调用'],
  ['card.create', '创建并投放卡片'],
  ['card.update', '更新卡片'],
  ['robot.*', '机器人消息'],
  ['file.*', '收文件'],
  ['media.upload', '上传文件'],
  ['token', '取访问令牌'],
  ['stream.connect', '建立长连接'],
  ['push.*', '推送给机器人'],
];

export const faults = [
  ['slow', '答复变慢'],
  ['cut-after', '已生效,答复前断线'],
  ['cut-before', '未生效就断线'],
  ['refuse', '拒绝(500)'],
  ['html503', '网关错误页(503)'],
  ['punish200', '限流页(200)'],
  ['deliver-false', '投放失败'],
  ['duplicate', '推送重复'],
  ['everywhere', '推送给每个连接'],
  ['late', '推送迟到,后面的先到'],
];

export const streamActions = [
  ['drop', '断开', '所有长连接不告而断'],
  ['reset', '重置', '所有长连接被重置(TCP RST)'],
  ['half-open', '半开', '连接还在,两边都收不到'],
  ['zombie', '假活', '心跳有应答,推送都丢失'],
  ['disconnect', '通知下线', '先通知,稍后断开'],
  ['heal', '恢复', '结束半开和假活'],
];

export const connectionStates = { open: '正常', 'half-open': '半开', zombie: '假活', leaving: '将断开' };

// switches: name → [what is open, {value: what it means}]
export const switches = {
  duplicateCreate: ['同一张卡片再次创建', { refuse: '拒绝', ignore: '答成功,保留原样' }],
  failedDelivery: ['投放全部失败的卡片', { keep: '仍然存在', discard: '不存在' }],
  buttonParams: ['按钮自带的参数', { carry: '随按钮带回', drop: '不带回,只带编号' }],
  paramsPlace: ['参数在回调中的位置', { inside: '私有数据之内', beside: '私有数据之旁', value: '只在 value' }],
  callbackValue: ['回调中的 value', { present: '有', absent: '没有' }],
  ackData: ['应答里的卡片内容', { apply: '立即显示', ignore: '不起作用' }],
  valueLimit: ['超过 1 KB 的内容', { enforce: '拒绝', lax: '接受' }],
  spaceType: ['回调中的场域写法', { IM: 'IM', im: 'im', full: 'IM_ROBOT / IM_GROUP' }],
  updateDays: ['卡片几天后不能更新(0为不限)', {}],
  cardRedelivery: ['没应答的按钮回调', { off: '不再推送', same: '原编号重推', new: '新编号重推' }],
  uniqueButtonIds: ['按钮没有自己的编号', { off: '照常可按', on: '按不动' }],
  qps: ['每秒调用次数', { on: '限制', off: '不限' }],
  quota: ['每月用量', { off: '只计数', on: '用完即拒绝' }],
  apiQuota: ['每月 API 调用上限(0为默认)', {}],
  eventQuota: ['每月推送上限(0为默认)', {}],
};

// What people of a unit ask the bot: offered under the chat, so that nothing must be thought up to try it.
const examples = [
  [/专班/, ['全市情况', '今日清单', '我的待办', '红灯谁没办', '开发区现在几个红灯,谁没办?', '这个月哪个单位办理最慢?', '把第三次预警的都列出来', '未来30天哪些会亮灯']],
  [/领导/, ['全市情况', '红灯几个', '哪个单位最慢', '第三次预警有哪些', '未来30天哪些会亮灯']],
  [/./, ['我的待办', '我的项目', '未来30天哪些会亮灯', '帮助']],
];
const groupExamples = [
  [/专班/, ['绑定 市经信局 2', '解绑']],
  [/./, ['我的待办']],
];

export const examplesFor = (unit, inGroup) => (inGroup ? groupExamples : examples).find(([who]) => who.test(unit))?.[1] || [];

// mayImport tells whose tables the bot takes, mayReport who sends it pictures of a site.
export const mayImport = (unit) => /专班/.test(unit);
export const mayReport = (unit) => !/专班|领导/.test(unit);
