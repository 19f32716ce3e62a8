package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"

	"junma/bot"
	"junma/store"
)

// CheckOnline tries, without anybody noticing, whether everything outside the configuration file is as it must be: the
// database, the evidence, each platform's credentials and scopes, people's accounts and the tiers' groups.
func CheckOnline(ctx context.Context, config *Config, log *slog.Logger) []bot.Finding {
	findings := []bot.Finding{checkDatabase(ctx, config), checkEvidence(config)}
	platforms := configuredPlatforms(config, log)
	for _, p := range platforms {
		if checker, ok := p.(bot.Checker); ok {
			findings = append(findings, checker.Check(ctx)...)
		}
	}
	return append(findings, checkRoster(ctx, config, platforms)...)
}

func checkDatabase(ctx context.Context, config *Config) bot.Finding {
	path := config.Store.SQLitePath()
	f := bot.Finding{What: "数据库 " + path, OK: true}
	inUse, err := store.Probe(ctx, path)
	switch _, missing := os.Stat(path); {
	case err != nil:
		f.OK, f.Say = false, err.Error()
	case inUse:
		f.Say = "正由运行中的 junma 使用"
	case errors.Is(missing, fs.ErrNotExist):
		f.Say = "还没有,启动服务时建立"
	}
	return f
}

func checkEvidence(config *Config) bot.Finding {
	f := bot.Finding{What: "佐证材料文件夹 " + config.Store.Evidence, OK: true}
	file, err := os.CreateTemp(config.Store.Evidence, ".check-")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Say = "还没有,启动服务时建立"
		return f
	case err == nil:
		err = errors.Join(file.Close(), os.Remove(file.Name()))
	}
	if err != nil {
		f.OK, f.Say = false, "写不进去,请检查权限和磁盘: "+err.Error()
	}
	return f
}

// checkRoster says who can't be reached on any platform that is on, and which groups are bound. Whether the robot is in
// a group only the next card to it shows: the platforms have no question for it that nobody notices.
func checkRoster(ctx context.Context, config *Config, platforms map[string]bot.Platform) []bot.Finding {
	path := config.Store.SQLitePath()
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var roster *store.Roster
	err := store.Peek(ctx, path, func(v *store.View) (err error) {
		roster, err = v.Roster()
		return err
	})
	if err != nil {
		return []bot.Finding{{What: "名册", Say: err.Error()}}
	}
	reached := func(ids map[string]string) bool {
		for name := range platforms {
			if ids[name] != "" {
				return true
			}
		}
		return false
	}
	return []bot.Finding{checkPeople(roster, reached), checkGroups(roster, reached)}
}

func checkPeople(roster *store.Roster, reached func(map[string]string) bool) bot.Finding {
	f := bot.Finding{What: "名册中的人员", OK: true}
	active, lost := 0, []string{}
	for i := range roster.People {
		p := &roster.People[i]
		if !p.Active {
			continue
		}
		active++
		if !reached(p.Accounts) {
			lost = append(lost, p.Unit+p.Name)
		}
	}
	switch {
	case active == 0:
		f.OK, f.Say = false, "还没有人员。请用 POST /api/v1/roster 报送名册。"
	case len(lost) > 0:
		f.OK, f.Say = false, fmt.Sprintf("%d人中有%d人没有平台账号,收不到消息。请在名册中补上:%s。", active, len(lost), some(lost))
	case len(roster.TaskForce()) == 0:
		f.OK, f.Say = false, "没有业务专班的人员,告警和清单没有收件人。请在名册中补上。"
	default:
		f.Say = fmt.Sprintf("%d人都有账号", active)
	}
	return f
}

func checkGroups(roster *store.Roster, reached func(map[string]string) bool) bot.Finding {
	f := bot.Finding{What: "协调群", OK: true}
	tiers, unbound := map[int]int{}, []string{}
	for i := range roster.Groups {
		g := &roster.Groups[i]
		switch {
		case !g.Active:
		case reached(g.IDs):
			tiers[g.Tier]++
		default:
			unbound = append(unbound, g.Key)
		}
	}
	f.Say = fmt.Sprintf("第一级%d个、第二级%d个、第三级%d个;没有绑定群的单位,改为一对一发给其负责人和联系人", tiers[1], tiers[2], tiers[3])
	if len(unbound) > 0 {
		f.OK, f.Say = false, "没有写明在平台上的群号:"+some(unbound)+"。请在名册中补上,或置为 \"active\":false。"
	}
	return f
}

// some names the first few.
func some(names []string) string {
	const most = 10
	slices.Sort(names)
	text := ""
	for i, name := range names {
		if i == most {
			return text + fmt.Sprintf("等%d个", len(names))
		}
		if i > 0 {
			text += "、"
		}
		text += name
	}
	return text
}
