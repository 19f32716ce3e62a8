package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Head is the end of the journal at some moment: how many lines there were, and the hash of the last one. Noted where
// nobody who can write the database can write, it later shows that no line up to it was changed and none was cut.
type Head struct {
	Seq  int64
	Hash string // lower-case hex SHA-256, of a noted head at least its first 12 digits; "" only of an empty journal
}

// String gives the form in which a head is noted and read back: the number, a colon and the hash.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Seq, h.Hash) }

// Short is String with the first 12 digits of the hash, for people to copy from a card. It finds every change that was not
// made to fit these 48 bits; against somebody with hours of computing there is the whole hash, which the log has.
func (h Head) Short() string { return fmt.Sprintf("%d:%.12s", h.Seq, h.Hash) }

var headForm = regexp.MustCompile(`^([1-9][0-9]{0,17}):([0-9a-f]{12,64})$`)

// ParseHead reads what String or Short gives. A shortened hash stands for every hash that begins with it.
func ParseHead(text string) (Head, error) {
	parts := headForm.FindStringSubmatch(text)
	if parts == nil {
		return Head{}, fmt.Errorf("日志校验值 %q 不对,应为“行数:校验值”,校验值至少抄前12位,请从今日清单或服务日志原样抄写。", text)
	}
	seq, err := strconv.ParseInt(parts[1], 10, 64)
	return Head{Seq: seq, Hash: parts[2]}, err
}

// VerifyJournal is View.VerifyJournal with nothing to compare.
func (s *Store) VerifyJournal(ctx context.Context) (head Head, err error) {
	err = s.View(ctx, func(v *View) error {
		head, err = v.VerifyJournal(Head{})
		return err
	})
	return head, err
}

// VerifyJournal recomputes every hash and gives the head of the journal, or an error that names the first line that does
// not follow from those before it. noted is a head written down earlier, or zero: the journal must have run through it.
// Without one, lines cut from the end, and a journal written anew from some line on, cannot be told from a sound one.
func (v *View) VerifyJournal(noted Head) (Head, error) {
	head, err := v.followChain(noted)
	if err != nil {
		return head, err
	}
	if head.Seq < noted.Seq {
		return head, fmt.Errorf("日志只有%d行,记下的校验值是第%d行的:末尾的行被删掉了,请停用并从备份核对。", head.Seq, noted.Seq)
	}
	var lines int64
	if err := v.row(`SELECT COUNT(*) FROM journal`, nil, &lines); err != nil {
		return head, fmt.Errorf("count the journal: %w", err)
	}
	if lines != head.Seq {
		return head, errors.New("日志第1行之前有塞进来的行,请停用并从备份核对。")
	}
	return head, nil
}

// followChain goes along the lines from the first on.
func (v *View) followChain(noted Head) (head Head, err error) {
	for {
		const step = 1000
		lines, err := list(v, scanLine, `SELECT `+journalColumns+` FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2`, head.Seq, step)
		if err != nil {
			return head, fmt.Errorf("read the journal: %w", err)
		}
		for _, l := range lines {
			if l.seq != head.Seq+1 {
				return head, fmt.Errorf("日志第 %d 行缺失:下一行是第 %d 行,请停用并从备份核对。", head.Seq+1, l.seq)
			}
			if l.chain(head.Hash) != l.hash {
				return head, fmt.Errorf("日志第 %d 行与校验值不符,可能被改动过,请停用并从备份核对。", l.seq)
			}
			head = Head{l.seq, l.hash}
			if head.Seq == noted.Seq && !strings.HasPrefix(head.Hash, noted.Hash) {
				return head, fmt.Errorf("日志第 %d 行的校验值与记下的不同:这一行或之前的内容被整段改写过,请停用并从备份核对。", l.seq)
			}
		}
		if len(lines) < step {
			return head, nil
		}
	}
}

// Audit verifies the journal of a database that another process may have open: the structure of the file, and every
// line against those before it and against noted (see View.VerifyJournal).
func Audit(ctx context.Context, path string, noted Head) (head Head, err error) {
	err = Peek(ctx, path, func(v *View) error {
		if err := v.quickCheck(); err != nil {
			return err
		}
		head, err = v.VerifyJournal(noted)
		return err
	})
	return head, err
}
