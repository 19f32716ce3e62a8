package handlers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"junma/bot"
	"junma/mechanism"
)

// The report of the responsible unit (issue 2 §6): cause, text, evidence, and the summary that is confirmed.

var (
	jpg = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00 施工现场")
	pdf = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
	exe = []byte("MZ\x90\x00\x03\x00\x00\x00 this is a program")
)

// permitRecord is a project whose 施工许可 is orange on 2026-05-11.
func permitRecord(id, name string) string {
	return record(id, `"name":"`+name+`"`, `"stages":[{"stage":"施工许可","start":"2026-04-20","limit":"25日"}]`)
}

// newOrange is a city with one orange warning, its cards delivered, on 2026-05-11.
func newOrange(t *testing.T) *chat {
	t.Helper()
	c := newChat(t, "2026-05-11")
	c.take(permitRecord("p1", "云溪新材料年产2万吨硅基材料项目"))
	return c
}

// file puts a file on the platform and gives the message's reference to it.
func (c *chat) file(name string, content []byte) bot.File {
	c.phones.mu.Lock()
	defer c.phones.mu.Unlock()
	ref := fmt.Sprintf("file-%d", len(c.phones.files)+1)
	c.phones.files[ref] = content
	return bot.File{Ref: ref, Name: name, Picture: name == ""}
}

func TestReportStepByStep(t *testing.T) {
	for _, restart := range []bool{false, true} {
		name := "一口气"
		if restart {
			name = "每一步都重启"
		}
		t.Run(name, func(t *testing.T) {
			c := newOrange(t)
			c.restart = restart
			c.log.Reset()
			c.press("chen", "报送情况")
			c.say("chen", "3")
			c.say("chen", "施工图审查意见还差消防那部分,设计院在改,企业预计5月12日前补齐")
			c.send("chen", c.file("", jpg), c.file("审查意见书.pdf", pdf))
			c.say("chen", "330182202605120101")
			c.say("chen", "完成")
			c.press("chen", "属实,确认报送")
			c.golden("report")

			k := c.theCase("p1")
			if len(k.Reports) != 1 || k.Waiting != mechanism.WaitDepartment {
				t.Fatalf("case after the report: %+v", k)
			}
			r := k.Reports[0]
			if r.Cause != "审批手续" || r.Proposal != mechanism.Ongoing || r.By.Unit != "下涯镇" || len(r.Evidence) != 3 {
				t.Errorf("report: %+v", r)
			}
			if r.Evidence[0].Type != "jpg" || r.Evidence[1].Type != "pdf" || r.Evidence[2].Number != "330182202605120101" {
				t.Errorf("evidence: %+v", r.Evidence)
			}
			if len(r.Evidence[0].SHA256) != 64 || r.Evidence[0].Size != int64(len(jpg)) {
				t.Errorf("the picture is not stored by its hash: %+v", r.Evidence[0])
			}
			for _, words := range []string{r.Cause, r.Text, "所报内容是否属实"} {
				if !strings.Contains(r.Confirm, words) {
					t.Errorf("the confirmed text %q lacks %q", r.Confirm, words)
				}
			}
		})
	}
}

func TestReportTakesAtMostFiveTurns(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "报送情况")
	before := c.acts
	c.say("chen", "3 施工图审查意见还差消防那部分,设计院在改")
	c.send("chen", c.file("", jpg))
	c.say("chen", "完成")
	c.press("chen", "属实,确认报送")
	if turns := c.acts - before; turns > 5 || len(c.theCase("p1").Reports) != 1 {
		t.Errorf("%d turns, %d reports", turns, len(c.theCase("p1").Reports))
	}
}

func TestCauseAsAnswered(t *testing.T) {
	cases := []struct{ name, answer, cause string }{
		{"编号", "3", "审批手续"},
		{"编号带点", "3.", "审批手续"},
		{"编号带顿号", "3、", "审批手续"},
		{"第几类", "第3类", "审批手续"},
		{"全角编号", "\uff13", "审批手续"},
		{"两位编号", "11", "其他"},
		{"名称", "审批手续", "审批手续"},
		{"名称带字", "审批手续问题", "审批手续"},
		{"名称的一部分", "企业意愿", "企业意愿/市场"},
		{"名称的开头", "征迁", "征迁政策处理"},
		{"编号和名称", "4 资金", "资金"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newOrange(t)
			c.press("chen", "报送情况")
			c.say("chen", tc.answer)
			c.expect("chen", "原因:"+tc.cause, "请用一条消息写明具体情况")
		})
	}
	for _, wrong := range []string{"12", "0", "3个月", "不知道", "-"} {
		t.Run("听不懂"+wrong, func(t *testing.T) {
			t.Parallel()
			c := newOrange(t)
			c.press("chen", "报送情况")
			c.say("chen", wrong)
			c.expect("chen", "没有对上原因", "1 土地要素", "11 其他")
		})
	}
}

func TestReportShortcuts(t *testing.T) {
	t.Run("先写了情况", func(t *testing.T) {
		c := newOrange(t)
		c.press("chen", "报送情况")
		c.say("chen", "设计院还在修改图纸,预计五月中旬补齐")
		c.expect("chen", "情况说明已记下", "请选择预警原因")
		c.say("chen", "3")
		c.expect("chen", "请发送佐证材料")
	})
	t.Run("一条消息里原因和情况都有", func(t *testing.T) {
		c := newOrange(t)
		c.press("chen", "报送情况")
		c.say("chen", "审批手续\uff1a施工图审查意见未闭合\uff0c设计单位修改中")
		c.expect("chen", "请发送佐证材料")
	})
	t.Run("先发了材料", func(t *testing.T) {
		c := newOrange(t)
		c.press("chen", "报送情况")
		c.send("chen", c.file("", jpg))
		c.expect("chen", "收到1件材料", "请选择预警原因")
		c.say("chen", "3")
		c.say("chen", "施工图审查意见还差消防那部分")
		c.expect("chen", "佐证材料现有1件(图片1)")
	})
	t.Run("文字和图片在一条消息里", func(t *testing.T) {
		c := newOrange(t)
		c.press("chen", "报送情况")
		c.say("chen", "3")
		c.message(bot.Incoming{User: "user-chen", Text: "施工图审查意见还差消防那部分", Files: []bot.File{c.file("", jpg)}})
		c.expect("chen", "收到1件材料", "佐证材料现有1件(图片1)")
		c.say("chen", "完成")
		c.expect("chen", "情况说明:施工图审查意见还差消防那部分", "[属实,确认报送]")
	})
	t.Run("发材料时又补一句", func(t *testing.T) {
		c := newOrange(t)
		c.press("chen", "报送情况")
		c.say("chen", "3")
		c.say("chen", "施工图审查意见还差消防那部分")
		c.say("chen", "这样就算报送了吗?")
		c.expect("chen", "这一步请发送佐证材料")
		c.say("chen", "企业说这周能补齐")
		c.expect("chen", "已并入情况说明")
		c.send("chen", c.file("", jpg))
		c.say("chen", "完成")
		c.expect("chen", "情况说明:施工图审查意见还差消防那部分;企业说这周能补齐")
	})
	t.Run("确认可以用文字", func(t *testing.T) {
		c := newOrange(t)
		c.describe()
		c.say("chen", "证号330182202605120101")
		c.say("chen", "完成")
		c.say("chen", "属实\uff0c确认报送\u3002")
		c.expect("chen", "已报送。市住建局将进行预警办理", "报送情况不等于销号")
	})
}

func TestReportTextBounds(t *testing.T) {
	c := newOrange(t)
	c.press("chen", "报送情况")
	c.say("chen", "3")
	c.say("chen", "无")
	c.expect("chen", "情况说明太短")
	c.say("chen", strings.Repeat("图纸还在改", 40))
	c.expect("chen", "情况说明有200字,请压缩到160字以内")
}

func TestModifyEachPart(t *testing.T) {
	ready := func(t *testing.T) *chat {
		t.Helper()
		c := newOrange(t)
		c.fillIn()
		c.press("chen", "修改")
		c.expect("chen", "请选择要修改的部分", "[原因] [情况说明] [佐证材料] [建议办理]")
		return c
	}
	t.Run("原因", func(t *testing.T) {
		c := ready(t)
		c.press("chen", "原因")
		c.expect("chen", "原因现为“审批手续”")
		c.say("chen", "资金")
		c.expect("chen", "预警原因:资金", "情况说明:施工图审查意见未闭合", "[属实,确认报送]")
	})
	t.Run("情况说明,用编号选", func(t *testing.T) {
		c := ready(t)
		c.say("chen", "2")
		c.expect("chen", "情况说明现为:施工图审查意见未闭合")
		c.say("chen", "图纸已改好,等待复审")
		c.expect("chen", "情况说明:图纸已改好,等待复审", "[属实,确认报送]")
	})
	t.Run("佐证材料", func(t *testing.T) {
		c := ready(t)
		c.press("chen", "佐证材料")
		c.expect("chen", "佐证材料现有1件(图片1)")
		c.say("chen", "清空")
		c.expect("chen", "佐证材料已清空", "至少1件")
		c.say("chen", "完成")
		c.expect("chen", "报送须附佐证材料,至少1件")
		c.send("chen", c.file("审查意见书.pdf", pdf))
		c.say("chen", "完成")
		c.expect("chen", "佐证材料:1件(审查意见书.pdf)", "[属实,确认报送]")
	})
	t.Run("建议办理", func(t *testing.T) {
		c := ready(t)
		c.press("chen", "建议办理")
		c.press("chen", "无需办理")
		c.expect("chen", "建议办理:无需办理", "[属实,确认报送]")
		c.press("chen", "属实,确认报送")
		if got := c.theCase("p1").Reports[0].Proposal; got != mechanism.NotNeeded {
			t.Errorf("proposal %s", got)
		}
	})
}

func TestProposalFromTheText(t *testing.T) {
	cases := []struct{ text, want string }{
		{"施工图审查意见未闭合,设计单位修改中", "正在办理"},
		{"施工许可证已取得,证照随附", "已完成办理"},
		{"企业与镇里协议解除,项目不再推进", "项目退出"},
		{"起算日录入错误,应为四月三十日", "无需办理"},
	}
	for _, tc := range cases {
		t.Run(tc.want, func(t *testing.T) {
			t.Parallel()
			c := newOrange(t)
			c.press("chen", "报送情况")
			c.say("chen", "3")
			c.say("chen", tc.text)
			c.send("chen", c.file("", jpg))
			c.say("chen", "完成")
			c.expect("chen", "建议办理:"+tc.want)
		})
	}
}

func TestFileThatDoesNotCome(t *testing.T) {
	c := newOrange(t)
	c.describe()
	lost := c.file("审查意见书.pdf", pdf)
	c.phones.broken[lost.Ref] = &bot.Error{Op: "fetch", Kind: bot.Refused, Text: "expired"}
	c.send("chen", c.file("", jpg), lost)
	c.expect("chen", "《审查意见书.pdf》没有收到", "请重新发送《审查意见书.pdf》")
	c.say("chen", "完成")
	c.expect("chen", "《审查意见书.pdf》还没有收到")
	c.expectNot("chen", "[属实,确认报送]")

	t.Run("重发后自动进入核对", func(t *testing.T) {
		c.send("chen", c.file("审查意见书.pdf", pdf))
		c.expect("chen", "佐证材料:2件(图片1、审查意见书.pdf)", "[属实,确认报送]")
	})
}

func TestFileGivenUp(t *testing.T) {
	c := newOrange(t)
	c.describe()
	lost := c.file("审查意见书.pdf", pdf)
	c.phones.broken[lost.Ref] = &bot.Error{Op: "fetch", Kind: bot.Refused, Text: "expired"}
	c.send("chen", c.file("", jpg), lost)
	c.say("chen", "完成")
	c.say("chen", "去掉")
	c.expect("chen", "《审查意见书.pdf》已去掉", "佐证材料:1件(图片1)", "[属实,确认报送]")
}

func TestNoConfirmationWhileAFileIsComing(t *testing.T) {
	c := newOrange(t)
	c.describe()
	slow := c.file("审查意见书.pdf", pdf)
	arrives := make(chan struct{})
	c.phones.waiting[slow.Ref] = arrives
	c.tell(bot.Incoming{User: "user-chen", Files: []bot.File{slow}})
	c.tell(bot.Incoming{User: "user-chen", Text: "完成"})
	c.await("chen", "还有1件材料正在接收,收齐后发你核对")
	if _, ref := c.phones.button("chen", "属实,确认报送"); ref != "" {
		t.Error("a summary is shown while a file is still on its way")
	}
	close(arrives)
	c.settle()
	c.expect("chen", "佐证材料:1件(审查意见书.pdf)", "[属实,确认报送]")
}

func TestTypesByContent(t *testing.T) {
	cases := []struct {
		name    string
		file    string
		content []byte
		want    string
	}{
		{"名称像文档,内容是程序", "审查意见书.pdf", exe, "《审查意见书.pdf》的内容不是可受理的类型(jpg、png、pdf、doc、docx、xls、xlsx、zip),未收"},
		{"内容是文字", "说明.txt", []byte("这是一段说明"), "《说明.txt》的内容不是可受理的类型"},
		{"名称像程序,内容是照片", "照片.exe", jpg, "佐证材料现有1件(照片.exe)"},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := newOrange(t)
			c.describe()
			c.send("chen", c.file(tc.file, tc.content))
			c.expect("chen", tc.want)
		})
	}
	t.Run("只发了不受理的,完成不了", func(t *testing.T) {
		c := newOrange(t)
		c.describe()
		c.send("chen", c.file("工具.exe", exe))
		c.say("chen", "完成")
		c.expect("chen", "报送须附佐证材料,至少1件")
	})
}

func TestSameFileCountsOnce(t *testing.T) {
	c := newOrange(t)
	c.describe()
	c.send("chen", c.file("意见.pdf", pdf))
	c.send("chen", c.file("意见(副本).pdf", pdf))
	c.expect("chen", "《意见(副本).pdf》与已收到的《意见.pdf》内容相同,只记1件")
	c.say("chen", "完成")
	c.expect("chen", "佐证材料:1件(意见.pdf)")
}

func TestTenthFile(t *testing.T) {
	c := newOrange(t)
	c.describe()
	for i := range 10 {
		c.send("chen", c.file(fmt.Sprintf("材料%d.pdf", i+1), slices.Concat(pdf, []byte{byte(i)})))
	}
	c.expect("chen", "一次报送最多9件佐证,《材料10.pdf》未收")
	c.say("chen", "完成")
	c.expect("chen", "佐证材料:9件(材料1.pdf、材料2.pdf等)")
	c.press("chen", "属实,确认报送")
	if got := len(c.theCase("p1").Reports[0].Evidence); got != 9 {
		t.Errorf("%d items of evidence", got)
	}
}

func TestFileTooLarge(t *testing.T) {
	c := newOrange(t)
	c.describe()
	c.send("chen", c.file("全套图纸.pdf", slices.Concat(pdf, make([]byte, 20<<20))))
	c.expect("chen", "《全套图纸.pdf》没有收到", "20MB")
}

func TestTransientFailureOfAFileIsRetriedQuietly(t *testing.T) {
	c := newOrange(t)
	c.describe()
	flaky := c.file("意见.pdf", pdf)
	c.phones.once[flaky.Ref] = &bot.Error{Op: "fetch", Kind: bot.Throttled}
	c.send("chen", flaky)
	c.expectNot("chen", "没有收到")
	c.say("chen", "完成")
	c.expect("chen", "佐证材料:1件(意见.pdf)")
}

func TestReportAgainNeedsNoRetyping(t *testing.T) {
	c := newReported(t)
	c.press("lin", "退回补充")
	c.say("lin", "请补充设计单位的修改计划")
	c.press("chen", "报送情况")
	c.expect("chen", "退回理由:请补充设计单位的修改计划", "请选择要修改的部分")
	c.send("chen", c.file("修改计划.pdf", pdf))
	c.expect("chen", "预警原因:审批手续", "佐证材料:2件(图片1、修改计划.pdf)", "与上次报送的相同")
	c.press("chen", "属实,确认报送")
	reports := c.theCase("p1").Reports
	if len(reports) != 2 || reports[1].Text != reports[0].Text || reports[1].Evidence[1].Name != "修改计划.pdf" {
		t.Errorf("reports: %+v", reports)
	}
}

func TestCertificateNumbers(t *testing.T) {
	cases := []struct{ typed, number string }{
		{"330182202605120101", "330182202605120101"},
		{"施工许可证号:330182202605120101", "330182202605120101"},
		{"证号330182202605120101", "330182202605120101"},
		{"建字第330182202600012号", "建字第330182202600012号"},
		{"浙(2026)建德市不动产权第0012345号", "浙(2026)建德市不动产权第0012345号"},
		{"企业联系人电话13800000000", ""},
		{"企业说15日前补齐材料", ""},
	}
	for _, tc := range cases {
		t.Run(tc.typed, func(t *testing.T) {
			t.Parallel()
			c := newOrange(t)
			c.describe()
			c.say("chen", tc.typed)
			if tc.number == "" {
				c.expectNot("chen", "已记下证照号")
				return
			}
			c.expect("chen", "已记下证照号"+tc.number+"。")
			c.say("chen", tc.typed)
			c.expect("chen", "只记1件")
		})
	}
}
