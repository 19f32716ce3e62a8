package notify_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"junma/bot"
	"junma/notify"
	"junma/store"
)

// 取文件:取到的交给处理者并入库,取不到的说明原因;都只交代一次。
func TestFetch(t *testing.T) {
	type told struct{ ref, failure, kind string }
	var heard []told
	tw := newTown(t, "2026-05-10 09:00", setup{idle: true, options: func(o *notify.Options) {
		o.Fetched = func(_ *store.Tx, d store.Delivery, blob store.Blob, failure string) error {
			var p notify.FetchParams
			if err := json.Unmarshal(d.Params, &p); err != nil {
				return err
			}
			heard = append(heard, told{string(p.Ref), failure, blob.Type})
			return nil
		}
	}})
	tw.chat.files["good"] = func() (string, error) { return "%PDF-1.4 许可证", nil }
	tw.chat.files["gone"] = func() (string, error) { return "", failed(bot.Gone) }
	tw.chat.files["big"] = func() (string, error) { return strings.Repeat("x", 20<<20+1), nil }
	for _, ref := range []string{"good", "gone", "big"} {
		tw.do(func(tx *store.Tx) error {
			return tw.n.Fetch(tx, platformName, "chen", bot.File{Ref: ref, Name: ref}, json.RawMessage(`"`+ref+`"`))
		})
	}
	tw.run()
	tw.drain()
	want := []told{
		{`"good"`, "", "pdf"},
		{`"gone"`, "平台不允许下载该文件(超过20MB或已失效)。", ""},
		{`"big"`, "文件超过20MB,请先压缩。", ""},
	}
	if fmt.Sprint(heard) != fmt.Sprint(want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
}

// 取回的文件使程序出错:不一次次再取,作废并告知发来的人;连告知也出错的,同样作废。
func TestAFileThatPanicsIsGivenUp(t *testing.T) {
	for name, always := range map[string]bool{"只有内容出错": false, "一直出错": true} {
		t.Run(name, func(t *testing.T) {
			told := ""
			tw := newTown(t, "2026-05-10 09:00", setup{options: func(o *notify.Options) {
				o.Fetched = func(_ *store.Tx, _ store.Delivery, _ store.Blob, failure string) error {
					if failure == "" || always {
						panic("a workbook that nobody can read")
					}
					told = failure
					return nil
				}
			}})
			tw.chat.files["坏"] = func() (string, error) { return "坏", nil }
			tw.do(func(tx *store.Tx) error {
				return tw.n.Fetch(tx, platformName, "chen", bot.File{Ref: "坏", Name: "坏.xlsx"}, json.RawMessage(`"坏"`))
			})
			tw.drain()
			d := tw.deliveries(store.DeliveryFilter{})[0]
			if d.State != store.DeliveryDead || d.Attempts != 1 {
				t.Errorf("after %d attempts it is %s: %s", d.Attempts, d.State, d.Reason)
			}
			if strings.Contains(told, "无法处理") == always {
				t.Errorf("told %q", told)
			}
		})
	}
}
