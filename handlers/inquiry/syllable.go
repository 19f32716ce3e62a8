package inquiry

import "strings"

// syllableSet holds the toneless syllables of Mandarin, by initial and finals.
var syllableSet = func() map[string]bool {
	set := map[string]bool{}
	for _, line := range strings.Split(strings.TrimSpace(syllableTable), "\n") {
		initial, finals, _ := strings.Cut(line, ":")
		for _, final := range strings.Fields(finals) {
			set[strings.TrimSpace(initial)+final] = true
		}
	}
	return set
}()

const syllableTable = `
:a ai an ang ao e ei en er o ou
b:a ai an ang ao ei en eng i ian iao ie in ing o u
p:a ai an ang ao ei en eng i ian iao ie in ing o ou u
m:a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
f:a an ang ei en eng o ou u
d:a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo
t:a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo
n:a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve
l:a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan un uo v ve
g:a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
k:a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
h:a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
j:i ia ian iang iao ie in ing iong iu u uan ue un
q:i ia ian iang iao ie in ing iong iu u uan ue un
x:i ia ian iang iao ie in ing iong iu u uan ue un
zh:a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
ch:a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
sh:a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
r:an ang ao e en eng i ong ou u ua uan ui un uo
z:a ai an ang ao e ei en eng i ong ou u uan ui un uo
c:a ai an ang ao e en eng i ong ou u uan ui un uo
s:a ai an ang ao e en eng i ong ou u uan ui un uo
y:a an ang ao e i in ing o ong ou u uan ue un
w:a ai an ang ei en eng o u
`

// longestSyllable is how many letters a syllable has at most, as in zhuang.
const longestSyllable = 6

// cutSyllables cuts letters into syllables, the longest first, going back where that leaves a rest.
func cutSyllables(letters string) ([]string, bool) {
	dead := map[int]bool{} // from here no cut is possible
	var cut func(from int) ([]string, bool)
	cut = func(from int) ([]string, bool) {
		if from == len(letters) {
			return nil, true
		}
		if dead[from] {
			return nil, false
		}
		for n := min(longestSyllable, len(letters)-from); n > 0; n-- {
			if !syllableSet[letters[from:from+n]] {
				continue
			}
			if rest, ok := cut(from + n); ok {
				return append([]string{letters[from : from+n]}, rest...), true
			}
		}
		dead[from] = true
		return nil, false
	}
	return cut(0)
}
