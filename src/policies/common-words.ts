/**
 * Common English words, as letters of business use them, by which a text is shown to name nobody. Other forms of a word are found by its stem.
 * No name is among them but those of `WORDS_LIKE_NAMES`.
 */
const WORDS = `
a able about above accept access account across act action activity add address advice after afternoon again against ago agree ahead all allow almost
alone along already also although always am among amount an and another answer any anybody anyone anything apart apologies appear apply appointment
appreciate approach approve are area around arrange arrive article as ask aspect assist at attach attempt attend attention audience available average
avoid aware away back bad balance based basis be became because become been before begin behind being below benefit best better between beyond big
board book both bring brief broad build business busy but buy by calendar call came can cannot capable care careful carry case cause certain chance change
channel chat check choice choose clear click close colleague collect come comfortable comment commit common communicate community compare compete complete
complex concern condition confirm connect consider contact contain content context continue contract control convenient conversation convince copy correct
cost could couple course cover create current curious customer cut daily data date day deal decide decision deep definite delay deliver demand demo depend
describe design desk detail determine develop did differ different difficult direct discover discuss do document does doing done double doubt down draft
drive due during e each earlier early ease easy economic effect efficient effort either else email emails end engage engineer enjoy enough ensure entire entirely
especially estimate evaluate even evening event ever every everybody everyone everything exact example excellent exchange excited exist expect expectation
expense experience expert explain explore extend extra fact fail fair familiar far fast feature feedback feel few field figure file fill final
find fine finish first fit fix flexible focus follow for form forward found free frequent fresh friendly from full function further future gain gap gather
general get give given glad go goal goes going gone good got great group grow growth guess guide had half hand handle happen happy hard has have having
he hear heard hello help her here hesitate hi high him his hold holiday honest hour hours how however huge idea if immediate impact implement
important improve in include increase indeed individual industry inform information initial inside instead integrate integration interest internal into introduce
introduction invest invite involve is issue it item its itself job join just keep kept key kind know knowledge known label large last late later launch lead
learn least leave left less let letter level like likely limit line link list listen little live long longer look lose lost lot low lower made mail main
maintain major make manage manager many market material matter maybe me mean meant measure media meet meeting member mention message method middle might mind
minute minutes missing moment money month months more morning most mostly move much must my myself name near necessary need never new news next nice nobody
none normal not note nothing notice now number object objection obvious occasion of off offer office often okay old on once one ones only onto open operate
opinion opportunity opposite option or order organise organize other otherwise ought our ours ourselves out outcome outside over overall overview own owner page pages
paid paper paragraph part particular partner party pass past pause pay people per percent perfect perhaps period person personal phone pick picture piece
place plan please pleasure plenty point policy position positive possible potential practical practice prefer prepare present press pretty prevent previous
price pricing print priority private probable problem proceed process product production professional program progress project promise proper propose proposal
prove provide public purchase purpose push put quality quarter question quick quiet quite quote raise range rate rather read ready real reason receive
recent recommend record reduce refer regard regards regular relate release relevant remain remember remind remove repeat replace reply report represent request
require resource respect respond response responsible rest result return revenue review rid right risk role room routine run safe said sales same save
saw say schedule season second section security see seem seen select send sense sent separate serious serve service session set several share she
short shall should show shown side sign similar simple since single sit site situation size skip slot slow small smart smooth so software solution solve some somebody
someone something sometimes somewhere soon sooner sorry sort sound source speak special specific speed spend stage stand standard start state status
stay step still stop story straight strategy strong structure stuff subject success such suggest suit summary support suppose sure surprise switch system
table take taken talk target task team technical technology tell ten term terms test than thank thanks that the their them themselves then there therefore
these they thing things think third this those though thought three through thus tight till time times tiny to today together told tomorrow tonight too took
tool top topic total touch toward track train training travel trial tried trouble true trust try turn two type typical under understand unit unless unsubscribe
until up update upon urgent us use used useful user usual valid value various version very via view visit voice wait walk want warm was watch way we web
website week weeks weekend weekly weigh welcome well went were what whatever when whenever where whether which while who whole whom whose why wide will willing
win wise wish with within without wonder word words work workflow world worry worth would write writing written wrong year years yes yesterday yet you your
yours yourself
bigger cheaper clearer closer easier faster fewer greater happier harder higher larger lighter longer newer older quicker safer shorter simpler slower
smaller smoother stronger
i linkedin monday tuesday wednesday thursday friday saturday sunday
may might can't cannot don't doesn't didn't isn't wasn't won't wouldn't couldn't i'd i'll i'm it's let's that's there's we'd we'll we're you'd you'll you're
four five six seven eight nine twelve fifteen twenty thirty forty ninety
`;

export const COMMON_WORDS: readonly string[] = WORDS.trim().split(/\s+/);

/** At the beginning of a sentence perhaps a person. */
export const WORDS_LIKE_NAMES: ReadonlySet<string> = new Set(['hand', 'may', 'page', 'price', 'rich', 'will', 'wise']);

/** Words with a capital also within a sentence. */
export const ALWAYS_CAPITAL: ReadonlySet<string> = new Set(
  "i i'd i'll i'm linkedin monday tuesday wednesday thursday friday saturday sunday".split(' '),
);
