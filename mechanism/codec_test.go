package mechanism_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"junma/mechanism"
)

func encode(t interface {
	Helper()
	Fatal(...any)
}, v any,
) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func Test事件写入日志后原样读回(t *testing.T) {
	r := yunxi(t)
	r.Stages[0].Applies = new(true)
	r.Lights = []mechanism.LightRecord{lamp(t, mechanism.Red, "2026-05-16", "HZ-1")}
	w := orange(t)
	for _, ev := range []mechanism.Event{
		mechanism.RecordArrived{Record: r, Baseline: true},
		mechanism.DayBegan{},
		mechanism.Responded{Case: 1},
		report(1),
		mechanism.Returned{Case: 1, Reason: "补"},
		w.ongoing(1, "2026-06-01"),
		mechanism.Disclaimed{Case: 1, Reason: "不是"},
		mechanism.Upheld{Case: 1, Reason: "是"},
		mechanism.Transferred{Case: 1, Unit: "梅城镇", Reason: "辖区"},
		mechanism.Urged{Case: 1},
		mechanism.BacklogReleased{},
		mechanism.EscalationReleased{Case: 2},
		mechanism.EscalationWithheld{Case: 2, Reason: "缓"},
	} {
		kind, data, err := mechanism.EncodeEvent(ev)
		if err != nil {
			t.Fatal(err)
		}
		back, err := mechanism.DecodeEvent(kind, data)
		if err != nil || !reflect.DeepEqual(back, ev) {
			t.Errorf("%s comes back as %+v (%v), want %+v", kind, back, err, ev)
		}
	}
	if _, err := mechanism.DecodeEvent("没有", nil); err == nil {
		t.Error("an unknown kind is decoded")
	}
	if _, err := mechanism.DecodeEvent("returned", []byte("{")); err == nil {
		t.Error("a broken event is decoded")
	}
	if _, _, err := mechanism.EncodeEvent(nil); err == nil {
		t.Error("no event is encoded")
	}
}

func Test项目存取无损(t *testing.T) {
	w := red(t)
	w.do(report(2), chen)
	w.do(w.ongoing(2, "2026-06-20"), lin)
	var back mechanism.Project
	if err := json.Unmarshal([]byte(encode(t, w.p)), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, w.p) {
		t.Errorf("comes back as\n%+v, want\n%+v", back, w.p)
	}
}
