package handlers

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"junma/mechanism"
	"junma/notify"
	"junma/store"
)

// noRepeat is for how long a file that was sent to somebody is not sent again for another press.
const noRepeat = 5 * time.Minute

// pressEvidence sends the pictures and files of a case's latest report to who pressed, one-to-one wherever the card
// stands, if they may see the stage (D.5, A-41).
func (t *turn) pressEvidence(project string, seq int) error {
	p, err := t.tx.Project(project)
	if err != nil {
		return err
	}
	c := p.Case(seq)
	if c == nil {
		return fmt.Errorf("project %s has no case %d: %w", project, seq, store.ErrNotFound)
	}
	t.about.Project, t.about.Case = project, seq
	if !t.sees(&p, c.Stage) {
		return t.refuse(t.about, "这个项目不在你单位的职责范围内,不能查看佐证材料。需要了解的,请联系业务专班。")
	}
	if err := t.respond(&p, seq); err != nil {
		return err
	}
	r := c.Evidenced()
	switch {
	case r == nil:
		t.sayf("%s还没有报送佐证材料。报送以后,在这张卡片上再按“看佐证”就能看到。", c.Parties.Responsible.Unit)
		return nil
	case !t.h.Notify.SendsFiles(t.platform):
		t.sayf("这个平台不能接收文件,佐证材料请在钉钉上查看。")
		return nil
	}
	return t.sendEvidence(c, r)
}

// sendEvidence sends what has not been sent to the person just before, and says what comes.
func (t *turn) sendEvidence(c *mechanism.Case, r *mechanism.Report) error {
	key := fmt.Sprintf("evidence/%s/%d/", t.about.Project, c.Seq)
	earlier, err := t.tx.Deliveries(store.DeliveryFilter{KeyPrefix: notify.FileKey(t.platform, t.who.ID, key)})
	if err != nil {
		return err
	}
	var names, numbers []string
	for _, e := range r.Evidence {
		if e.SHA256 == "" {
			numbers = append(numbers, e.Number)
			continue
		}
		if slices.ContainsFunc(earlier, func(d store.Delivery) bool {
			return strings.Contains(d.Key, e.SHA256) && d.State != store.DeliveryDead && t.tx.Now.Sub(d.CreatedAt) < noRepeat
		}) {
			continue
		}
		names = append(names, shorten(e.Name, 20))
		err := t.h.Notify.SendFile(t.tx, t.platform, t.who.ID, fmt.Sprintf("%s%s/%d", key, e.SHA256, t.tx.Now.Unix()),
			notify.File{Name: e.Name, Type: e.Type, SHA256: e.SHA256})
		if err != nil {
			return err
		}
	}
	about := fmt.Sprintf("%s%s报送的佐证材料", r.By.Unit, t.short(mechanism.DateOf(r.At)))
	if len(names) > 0 {
		t.sayf("%s%d件,正发到与你的单聊:%s。", about, len(names), strings.Join(names, "、"))
	} else {
		t.sayf("%s刚刚已发到与你的单聊,请往上翻看,没有重复发送。", about)
	}
	if len(numbers) > 0 {
		t.sayf("证照号:%s。", strings.Join(numbers, "、"))
	}
	return nil
}
