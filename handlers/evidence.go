package handlers

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"junma/bot"
	"junma/mechanism"
	"junma/store"
)

// mostEvidence is how many items one report may carry.
const mostEvidence = 9

// evidenceTypes are the types taken as evidence, as the content shows them, whatever the name says.
var evidenceTypes = []string{"jpg", "png", "pdf", "doc", "docx", "xls", "xlsx", "zip"}

// itemState is how one item of evidence stands.
type itemState string

// A file is coming until the fetch ends; then it is stored, or missing and asked for again.
const (
	coming  itemState = "coming"
	stored  itemState = "stored"
	missing itemState = "missing"
)

// item is one piece of evidence in a draft: a file, or a certificate number.
type item struct {
	Slot   int       `json:"slot"`
	Name   string    `json:"name"`
	State  itemState `json:"state"`
	SHA256 string    `json:"sha256,omitempty"`
	Size   int64     `json:"size,omitempty"`
	Type   string    `json:"type,omitempty"`
	Number string    `json:"number,omitempty"`
}

// count gives how many items are in a state.
func (d *draft) count(s itemState) int {
	n := 0
	for _, it := range d.Items {
		if it.State == s {
			n++
		}
	}
	return n
}

// missing names the files that did not come: 《a.pdf》《b.pdf》, or "".
func (d *draft) missing() string {
	names := ""
	for _, it := range d.Items {
		if it.State == missing {
			names += "《" + it.Name + "》"
		}
	}
	return names
}

// drop takes an item out.
func (d *draft) drop(slot int) {
	d.Items = slices.DeleteFunc(d.Items, func(it item) bool { return it.Slot == slot })
}

// evidence gives the stored items as the mechanism keeps them.
func (d *draft) evidence() []mechanism.Evidence {
	var out []mechanism.Evidence
	for _, it := range d.Items {
		if it.State == stored {
			out = append(out, mechanism.Evidence{Name: it.Name, SHA256: it.SHA256, Size: it.Size, Type: it.Type, Number: it.Number})
		}
	}
	return out
}

// names lists the items for a card: the first two by name, and how many there are.
func (d *draft) names() string {
	if len(d.Items) == 0 {
		return "无"
	}
	var names []string
	for _, it := range d.Items {
		names = append(names, shorten(it.Name, 20))
	}
	list := strings.Join(names[:min(2, len(names))], "、")
	if len(names) > 2 {
		list += "等"
	}
	return fmt.Sprintf("%d件(%s)", len(d.Items), list)
}

// addFile takes a file that a person sent into the draft. A file sent again takes the place of the missing one of that
// name; a picture has no name, so it takes the place of a missing picture.
func (e *exchange) addFile(f bot.File) (slot int, refused string) {
	name := f.Name
	for i := range e.Draft.Items {
		it := &e.Draft.Items[i]
		if it.State == missing && (it.Name == name || name == "" && strings.HasPrefix(it.Name, "图片")) {
			e.Slots++
			it.Slot, it.State = e.Slots, coming
			return it.Slot, ""
		}
	}
	if len(e.Draft.Items) >= mostEvidence {
		return 0, fmt.Sprintf("一次报送最多%d件佐证,%s未收。需要更换的请回复“清空”后重新发送。", mostEvidence, quoted(name))
	}
	if e.Draft.Redo == askPart {
		e.Draft.Redo = "" // sending a file says which part is changed
	}
	e.Slots++
	if name == "" {
		name = fmt.Sprintf("图片%d", len(e.Draft.Items)+1)
	}
	e.Draft.Items = append(e.Draft.Items, item{Slot: e.Slots, Name: name, State: coming})
	return e.Slots, ""
}

// quoted names a file in a sentence; a picture has no name.
func quoted(name string) string {
	if name == "" {
		return "这张图片"
	}
	return "《" + name + "》"
}

// settleFile records how the fetch of a file ended, and gives a sentence when the person has to know.
func settleFile(d *draft, it *item, blob store.Blob, failure string) string {
	name := it.Name
	switch {
	case failure != "":
		it.State = missing
		return fmt.Sprintf("《%s》没有收到:%s", name, sentence(failure))
	case !slices.Contains(evidenceTypes, blob.Type):
		d.drop(it.Slot)
		d.Gathered = false
		return fmt.Sprintf("《%s》的内容不是可受理的类型(%s),未收。请换一种格式重新发送,发完回复“完成”。", name, strings.Join(evidenceTypes, "、"))
	}
	for _, other := range d.Items {
		if other.Slot != it.Slot && other.State == stored && other.SHA256 == blob.SHA256 {
			same := other.Name
			d.drop(it.Slot)
			return fmt.Sprintf("《%s》与已收到的《%s》内容相同,只记1件。", name, same)
		}
	}
	it.State, it.SHA256, it.Size, it.Type = stored, blob.SHA256, blob.Size, blob.Type
	return ""
}

// sentence ends a text with a full stop.
func sentence(text string) string {
	return strings.TrimRight(text, "。.") + "。"
}

// certificate finds the number of a permit or contract: a run of letters, digits and signs with at least six digits.
var certificate = regexp.MustCompile(`[0-9A-Za-z\p{Han}〔〕()\[\]_/-]*[0-9][0-9A-Za-z〔〕()\[\]_/第号-]{5,}`)

// numberWords stand before a number without belonging to it.
var numberWords = regexp.MustCompile(`^.*(?:证照号|许可证号|证书号|编号|证号|号码|号为|号是)`)

// mobileNumber is no certificate.
var mobileNumber = regexp.MustCompile(`^\D*1[3-9][0-9]{9}$`)

// certificateIn gives the certificate number in a text, or "".
func certificateIn(text string) string {
	for _, found := range certificate.FindAllString(halfWidth(text), -1) {
		found = numberWords.ReplaceAllString(found, "")
		digits := 0
		for _, r := range found {
			if r >= '0' && r <= '9' {
				digits++
			}
		}
		if digits >= 6 && !mobileNumber.MatchString(found) {
			return found
		}
	}
	return ""
}

// addNumber takes a certificate number into the draft; the same number counts once.
func (e *exchange) addNumber(number string) string {
	for _, it := range e.Draft.Items {
		if it.Number == number {
			return fmt.Sprintf("证照号%s已经记下,只记1件。", number)
		}
	}
	if len(e.Draft.Items) >= mostEvidence {
		return fmt.Sprintf("一次报送最多%d件佐证,这个证照号未收。", mostEvidence)
	}
	e.Slots++
	e.Draft.Items = append(e.Draft.Items, item{Slot: e.Slots, Name: "证照号" + number, State: stored, Number: number})
	return fmt.Sprintf("已记下证照号%s。", number)
}

// shorten cuts a text to at most n characters.
func shorten(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}
