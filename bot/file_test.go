package bot_test

import (
	"strings"
	"testing"

	"junma/bot"
)

func TestFileName(t *testing.T) {
	for _, tc := range []struct{ about, name, extension, want string }{
		{"原样", "施工许可证.pdf", "pdf", "施工许可证.pdf"},
		{"扩展名与内容不符", "照片.exe", "jpg", "照片.jpg"},
		{"没有扩展名", "图片1", "png", "图片1.png"},
		{"名称里有点", "2026.4.20情况说明.docx", "docx", "2026.4.20情况说明.docx"},
		{"没有扩展名,名称里有点", "关于云溪项目的说明.第二稿修改", "pdf", "关于云溪项目的说明.第二稿修改.pdf"},
		{"路径", `..\../etc/passwd`, "pdf", "_.._etc_passwd.pdf"},
		{"反向书写的控制符", "发票\u202egpj.exe", "jpg", "发票gpj.jpg"},
		{"换行和制表", "第一行\n第二行\t.pdf", "pdf", "第一行第二行.pdf"},
		{"系统不认的字符", `a:b*c?"d<e>f|g.pdf`, "pdf", "a_b_c__d_e_f_g.pdf"},
		{"空", "", "xlsx", "文件.xlsx"},
		{"只有点", "...", "xlsx", "文件.xlsx"},
		{"过长", strings.Repeat("长", 200) + ".pdf", "pdf", strings.Repeat("长", 60) + ".pdf"},
	} {
		if got := bot.FileName(tc.name, tc.extension); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.about, got, tc.want)
		}
	}
}
