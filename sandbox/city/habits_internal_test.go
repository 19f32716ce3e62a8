package city

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestPeopleAnswerWhatPromptsSay(t *testing.T) {
	in := intent{
		cause: "审批手续", text: "施工图审查意见还差消防部分。", photo: 7, reason: "环节不适用", note: "请补充进度计划。", name: "云溪项目",
		date: time.Date(2026, 8, 20, 0, 0, 0, 0, shanghai), today: time.Date(2026, 8, 21, 0, 0, 0, 0, shanghai),
	}
	for _, c := range []struct {
		name string
		now  screen
		want answer
	}{
		{"原因按编号答", screen{text: "请选择预警原因,回复编号或名称:\n1 土地要素 · 2 规划调整 · 3 审批手续 · 4 资金"}, answer{say: "3"}},
		{"没有编号就答名称", screen{text: "请选择预警原因:土地要素、审批手续"}, answer{say: "审批手续"}},
		{"情况说明", screen{text: "原因:审批手续\n请用一条消息写明具体情况"}, answer{say: "施工图审查意见还差消防部分。"}},
		{"佐证", screen{text: "请发送佐证材料:图片、文件,或直接写证照号,至少1件。"}, answer{photo: 7}},
		{"佐证发完", screen{text: "收到1件材料。\n佐证材料现有1件(图片1)。发完请回复“完成”"}, answer{say: "完成"}},
		{"材料还在路上", screen{text: "还有1件材料正在接收,收齐后发你核对。"}, answer{wait: true}},
		{"核对报送", screen{text: "请核对:", buttons: []string{"属实,确认报送", "修改", "取消"}}, answer{press: "属实,确认报送"}},
		{"预计完成日", screen{text: "请填写预计完成日,可回复明天", buttons: []string{"取消"}}, answer{say: "8月20日"}},
		{"完成日期有按钮", screen{text: "请填写完成日期,可回复今天", buttons: []string{"今天", "昨天", "取消"}}, answer{press: "昨天"}},
		{"完成日期没有按钮", screen{text: "请填写完成日期,可回复今天"}, answer{say: "昨天"}},
		{"无需办理的理由", screen{text: "请选择无需办理的理由:1 数据有误", buttons: []string{"数据有误", "环节不适用"}}, answer{press: "环节不适用"}},
		{"退回的理由", screen{text: "请用一句话写明退回理由"}, answer{say: "请补充进度计划。"}},
		{"退出依据", screen{text: "请用一句话写明退出依据"}, answer{say: "请补充进度计划。"}},
		{"项目名称", screen{text: "退出依据:解除书\n请再次输入项目名称确认:云溪项目"}, answer{say: "云溪项目"}},
		{"核对办理", screen{text: "请核对后确认。", buttons: []string{"确认办理", "取消"}}, answer{press: "确认办理"}},
		{"正填着别的", screen{text: "你正在填写“报送情况”,这一件已记下,填完后提示你办理。"}, answer{say: "取消"}},
		{"看不懂的不答", screen{text: "今天天气很好。"}, answer{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := in.answer(c.now); got != c.want {
				t.Errorf("answer %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestPeopleKnowWhatACardIsAbout(t *testing.T) {
	c := &City{projects: plan(1)}
	for _, card := range []struct {
		text, name, stage string
		push              int
	}{
		{"【橙色预警通报】云溪新材料年产2万吨硅基材料项目\n环节:施工许可(住建局) 起算:4月20日", "云溪新材料年产2万吨硅基材料项目", "施工许可", 1},
		{"【第3次推送】梅岭智能装备产业园(一期) 在建(红灯)\n上次办理:正在办理", "梅岭智能装备产业园(一期)", "在建", 3},
		{"【待办理】航羽复合材料部件项目(二期) 竣工验收(橙色)", "航羽复合材料部件项目(二期)", "竣工验收", 1},
	} {
		got, ok := c.topicOf(card.text)
		if !ok || c.projects[got.project-1].name != card.name || got.stage != card.stage || pushOf(card.text) != card.push {
			t.Errorf("%s: read as %+v (%t), push %d", card.text, got, ok, pushOf(card.text))
		}
	}
	if _, ok := c.topicOf("【今日清单】5月10日\n新增橙色预警1件"); ok {
		t.Error("a list is about no project")
	}
}

func TestPhotosArePicturesOfAFewTensOfKilobytes(t *testing.T) {
	first, err := photo(0)
	if err != nil {
		t.Fatal(err)
	}
	second, err := photo(1)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(first, second) {
		t.Error("two pictures are the same")
	}
	for _, data := range [][]byte{first, second} {
		if _, err := png.Decode(bytes.NewReader(data)); err != nil || len(data) < 10<<10 || len(data) > 80<<10 {
			t.Errorf("a picture of %d bytes: %v", len(data), err)
		}
	}
}

func TestRefusedRecordsAreAnError(t *testing.T) {
	for name, answer := range map[string]struct {
		status int
		body   string
		fails  bool
	}{
		"全部收下": {http.StatusOK, `{"accepted":1,"rejected":0}`, false},
		"有的不收": {http.StatusOK, `{"accepted":0,"rejected":1,"errors":[{"message":"时限不对"}]}`, true},
		"没有权限": {http.StatusUnauthorized, `{}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			var token, path string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				token, path = r.Header.Get("Authorization"), r.URL.Path
				w.WriteHeader(answer.status)
				_, _ = w.Write([]byte(answer.body))
			}))
			defer server.Close()
			d := doors{base: server.URL, intake: "intake", admin: "admin"}
			err := d.postRecords(context.Background(), recordsOn(1, 0))
			if (err != nil) != answer.fails || token != "Bearer intake" || path != "/api/v1/projects" {
				t.Errorf("posted to %s with %q: %v", path, token, err)
			}
			if answer.fails && !strings.Contains(err.Error(), answer.body) {
				t.Errorf("the error does not tell what the service said: %v", err)
			}
		})
	}
}
