/**
 * Which time zones the people of a country may live in, and which countries a time zone may be in. Where only the country of a recipient
 * is known, each of its zones is possible; where nothing is known, every zone is.
 *
 * Source: IANA time zone database 2025b, zone.tab together with zone1970.tab, so that a zone is also named for countries that have kept
 * its clock since 1970. One row for each ISO 3166-1 country: its code, then its zones.
 */
const ROWS = `
AD Europe/Andorra
AE Asia/Dubai
AF Asia/Kabul
AG America/Antigua America/Puerto_Rico
AI America/Anguilla America/Puerto_Rico
AL Europe/Tirane
AM Asia/Yerevan
AO Africa/Luanda Africa/Lagos
AQ Antarctica/McMurdo Antarctica/Casey Antarctica/Davis Antarctica/DumontDUrville Antarctica/Mawson Antarctica/Palmer Antarctica/Rothera Antarctica/Syowa Antarctica/Troll Antarctica/Vostok Pacific/Auckland Pacific/Port_Moresby Asia/Riyadh Asia/Singapore
AR America/Argentina/Buenos_Aires America/Argentina/Cordoba America/Argentina/Salta America/Argentina/Jujuy America/Argentina/Tucuman America/Argentina/Catamarca America/Argentina/La_Rioja America/Argentina/San_Juan America/Argentina/Mendoza America/Argentina/San_Luis America/Argentina/Rio_Gallegos America/Argentina/Ushuaia
AS Pacific/Pago_Pago
AT Europe/Vienna
AU Australia/Lord_Howe Antarctica/Macquarie Australia/Hobart Australia/Melbourne Australia/Sydney Australia/Broken_Hill Australia/Brisbane Australia/Lindeman Australia/Adelaide Australia/Darwin Australia/Perth Australia/Eucla Asia/Tokyo
AW America/Aruba America/Puerto_Rico
AX Europe/Mariehamn Europe/Helsinki
AZ Asia/Baku
BA Europe/Sarajevo Europe/Belgrade
BB America/Barbados
BD Asia/Dhaka
BE Europe/Brussels
BF Africa/Ouagadougou Africa/Abidjan
BG Europe/Sofia
BH Asia/Bahrain Asia/Qatar
BI Africa/Bujumbura Africa/Maputo
BJ Africa/Porto-Novo Africa/Lagos
BL America/St_Barthelemy America/Puerto_Rico
BM Atlantic/Bermuda
BN Asia/Brunei Asia/Kuching
BO America/La_Paz
BQ America/Kralendijk America/Puerto_Rico
BR America/Noronha America/Belem America/Fortaleza America/Recife America/Araguaina America/Maceio America/Bahia America/Sao_Paulo America/Campo_Grande America/Cuiaba America/Santarem America/Porto_Velho America/Boa_Vista America/Manaus America/Eirunepe America/Rio_Branco
BS America/Nassau America/Toronto
BT Asia/Thimphu
BW Africa/Gaborone Africa/Maputo
BY Europe/Minsk
BZ America/Belize
CA America/St_Johns America/Halifax America/Glace_Bay America/Moncton America/Goose_Bay America/Blanc-Sablon America/Toronto America/Iqaluit America/Atikokan America/Winnipeg America/Resolute America/Rankin_Inlet America/Regina America/Swift_Current America/Edmonton America/Cambridge_Bay America/Inuvik America/Creston America/Dawson_Creek America/Fort_Nelson America/Whitehorse America/Dawson America/Vancouver America/Panama America/Puerto_Rico America/Phoenix
CC Indian/Cocos Asia/Yangon
CD Africa/Kinshasa Africa/Lubumbashi Africa/Maputo Africa/Lagos
CF Africa/Bangui Africa/Lagos
CG Africa/Brazzaville Africa/Lagos
CH Europe/Zurich
CI Africa/Abidjan
CK Pacific/Rarotonga
CL America/Santiago America/Coyhaique America/Punta_Arenas Pacific/Easter
CM Africa/Douala Africa/Lagos
CN Asia/Shanghai Asia/Urumqi
CO America/Bogota
CR America/Costa_Rica
CU America/Havana
CV Atlantic/Cape_Verde
CW America/Curacao America/Puerto_Rico
CX Indian/Christmas Asia/Bangkok
CY Asia/Nicosia Asia/Famagusta
CZ Europe/Prague
DE Europe/Berlin Europe/Busingen Europe/Zurich
DJ Africa/Djibouti Africa/Nairobi
DK Europe/Copenhagen Europe/Berlin
DM America/Dominica America/Puerto_Rico
DO America/Santo_Domingo
DZ Africa/Algiers
EC America/Guayaquil Pacific/Galapagos
EE Europe/Tallinn
EG Africa/Cairo
EH Africa/El_Aaiun
ER Africa/Asmara Africa/Nairobi
ES Europe/Madrid Africa/Ceuta Atlantic/Canary
ET Africa/Addis_Ababa Africa/Nairobi
FI Europe/Helsinki
FJ Pacific/Fiji
FK Atlantic/Stanley
FM Pacific/Chuuk Pacific/Pohnpei Pacific/Kosrae Pacific/Port_Moresby Pacific/Guadalcanal
FO Atlantic/Faroe
FR Europe/Paris
GA Africa/Libreville Africa/Lagos
GB Europe/London
GD America/Grenada America/Puerto_Rico
GE Asia/Tbilisi
GF America/Cayenne
GG Europe/Guernsey Europe/London
GH Africa/Accra Africa/Abidjan
GI Europe/Gibraltar
GL America/Nuuk America/Danmarkshavn America/Scoresbysund America/Thule
GM Africa/Banjul Africa/Abidjan
GN Africa/Conakry Africa/Abidjan
GP America/Guadeloupe America/Puerto_Rico
GQ Africa/Malabo Africa/Lagos
GR Europe/Athens
GS Atlantic/South_Georgia
GT America/Guatemala
GU Pacific/Guam
GW Africa/Bissau
GY America/Guyana
HK Asia/Hong_Kong
HN America/Tegucigalpa
HR Europe/Zagreb Europe/Belgrade
HT America/Port-au-Prince
HU Europe/Budapest
ID Asia/Jakarta Asia/Pontianak Asia/Makassar Asia/Jayapura
IE Europe/Dublin
IL Asia/Jerusalem
IM Europe/Isle_of_Man Europe/London
IN Asia/Kolkata
IO Indian/Chagos
IQ Asia/Baghdad
IR Asia/Tehran
IS Atlantic/Reykjavik Africa/Abidjan
IT Europe/Rome
JE Europe/Jersey Europe/London
JM America/Jamaica
JO Asia/Amman
JP Asia/Tokyo
KE Africa/Nairobi
KG Asia/Bishkek
KH Asia/Phnom_Penh Asia/Bangkok
KI Pacific/Tarawa Pacific/Kanton Pacific/Kiritimati
KM Indian/Comoro Africa/Nairobi
KN America/St_Kitts America/Puerto_Rico
KP Asia/Pyongyang
KR Asia/Seoul
KW Asia/Kuwait Asia/Riyadh
KY America/Cayman America/Panama
KZ Asia/Almaty Asia/Qyzylorda Asia/Qostanay Asia/Aqtobe Asia/Aqtau Asia/Atyrau Asia/Oral
LA Asia/Vientiane Asia/Bangkok
LB Asia/Beirut
LC America/St_Lucia America/Puerto_Rico
LI Europe/Vaduz Europe/Zurich
LK Asia/Colombo
LR Africa/Monrovia
LS Africa/Maseru Africa/Johannesburg
LT Europe/Vilnius
LU Europe/Luxembourg Europe/Brussels
LV Europe/Riga
LY Africa/Tripoli
MA Africa/Casablanca
MC Europe/Monaco Europe/Paris
MD Europe/Chisinau
ME Europe/Podgorica Europe/Belgrade
MF America/Marigot America/Puerto_Rico
MG Indian/Antananarivo Africa/Nairobi
MH Pacific/Majuro Pacific/Kwajalein Pacific/Tarawa
MK Europe/Skopje Europe/Belgrade
ML Africa/Bamako Africa/Abidjan
MM Asia/Yangon
MN Asia/Ulaanbaatar Asia/Hovd
MO Asia/Macau
MP Pacific/Saipan Pacific/Guam
MQ America/Martinique
MR Africa/Nouakchott Africa/Abidjan
MS America/Montserrat America/Puerto_Rico
MT Europe/Malta
MU Indian/Mauritius
MV Indian/Maldives
MW Africa/Blantyre Africa/Maputo
MX America/Mexico_City America/Cancun America/Merida America/Monterrey America/Matamoros America/Chihuahua America/Ciudad_Juarez America/Ojinaga America/Mazatlan America/Bahia_Banderas America/Hermosillo America/Tijuana
MY Asia/Kuala_Lumpur Asia/Kuching Asia/Singapore
MZ Africa/Maputo
NA Africa/Windhoek
NC Pacific/Noumea
NE Africa/Niamey Africa/Lagos
NF Pacific/Norfolk
NG Africa/Lagos
NI America/Managua
NL Europe/Amsterdam Europe/Brussels
NO Europe/Oslo Europe/Berlin
NP Asia/Kathmandu
NR Pacific/Nauru
NU Pacific/Niue
NZ Pacific/Auckland Pacific/Chatham
OM Asia/Muscat Asia/Dubai
PA America/Panama
PE America/Lima
PF Pacific/Tahiti Pacific/Marquesas Pacific/Gambier
PG Pacific/Port_Moresby Pacific/Bougainville
PH Asia/Manila
PK Asia/Karachi
PL Europe/Warsaw
PM America/Miquelon
PN Pacific/Pitcairn
PR America/Puerto_Rico
PS Asia/Gaza Asia/Hebron
PT Europe/Lisbon Atlantic/Madeira Atlantic/Azores
PW Pacific/Palau
PY America/Asuncion
QA Asia/Qatar
RE Indian/Reunion Asia/Dubai
RO Europe/Bucharest
RS Europe/Belgrade
RU Europe/Kaliningrad Europe/Moscow Europe/Kirov Europe/Volgograd Europe/Astrakhan Europe/Saratov Europe/Ulyanovsk Europe/Samara Asia/Yekaterinburg Asia/Omsk Asia/Novosibirsk Asia/Barnaul Asia/Tomsk Asia/Novokuznetsk Asia/Krasnoyarsk Asia/Irkutsk Asia/Chita Asia/Yakutsk Asia/Khandyga Asia/Vladivostok Asia/Ust-Nera Asia/Magadan Asia/Sakhalin Asia/Srednekolymsk Asia/Kamchatka Asia/Anadyr Europe/Simferopol
RW Africa/Kigali Africa/Maputo
SA Asia/Riyadh
SB Pacific/Guadalcanal
SC Indian/Mahe Asia/Dubai
SD Africa/Khartoum
SE Europe/Stockholm Europe/Berlin
SG Asia/Singapore
SH Atlantic/St_Helena Africa/Abidjan
SI Europe/Ljubljana Europe/Belgrade
SJ Arctic/Longyearbyen Europe/Berlin
SK Europe/Bratislava Europe/Prague
SL Africa/Freetown Africa/Abidjan
SM Europe/San_Marino Europe/Rome
SN Africa/Dakar Africa/Abidjan
SO Africa/Mogadishu Africa/Nairobi
SR America/Paramaribo
SS Africa/Juba
ST Africa/Sao_Tome
SV America/El_Salvador
SX America/Lower_Princes America/Puerto_Rico
SY Asia/Damascus
SZ Africa/Mbabane Africa/Johannesburg
TC America/Grand_Turk
TD Africa/Ndjamena
TF Indian/Kerguelen Asia/Dubai Indian/Maldives
TG Africa/Lome Africa/Abidjan
TH Asia/Bangkok
TJ Asia/Dushanbe
TK Pacific/Fakaofo
TL Asia/Dili
TM Asia/Ashgabat
TN Africa/Tunis
TO Pacific/Tongatapu
TR Europe/Istanbul
TT America/Port_of_Spain America/Puerto_Rico
TV Pacific/Funafuti Pacific/Tarawa
TW Asia/Taipei
TZ Africa/Dar_es_Salaam Africa/Nairobi
UA Europe/Simferopol Europe/Kyiv
UG Africa/Kampala Africa/Nairobi
UM Pacific/Midway Pacific/Wake Pacific/Pago_Pago Pacific/Tarawa
US America/New_York America/Detroit America/Kentucky/Louisville America/Kentucky/Monticello America/Indiana/Indianapolis America/Indiana/Vincennes America/Indiana/Winamac America/Indiana/Marengo America/Indiana/Petersburg America/Indiana/Vevay America/Chicago America/Indiana/Tell_City America/Indiana/Knox America/Menominee America/North_Dakota/Center America/North_Dakota/New_Salem America/North_Dakota/Beulah America/Denver America/Boise America/Phoenix America/Los_Angeles America/Anchorage America/Juneau America/Sitka America/Metlakatla America/Yakutat America/Nome America/Adak Pacific/Honolulu
UY America/Montevideo
UZ Asia/Samarkand Asia/Tashkent
VA Europe/Vatican Europe/Rome
VC America/St_Vincent America/Puerto_Rico
VE America/Caracas
VG America/Tortola America/Puerto_Rico
VI America/St_Thomas America/Puerto_Rico
VN Asia/Ho_Chi_Minh Asia/Bangkok
VU Pacific/Efate
WF Pacific/Wallis Pacific/Tarawa
WS Pacific/Apia
YE Asia/Aden Asia/Riyadh
YT Indian/Mayotte Africa/Nairobi
ZA Africa/Johannesburg
ZM Africa/Lusaka Africa/Maputo
ZW Africa/Harare Africa/Maputo
`;

/** The clocks that are furthest ahead and behind come first: where these two never agree, no other needs to be asked. */
const FURTHEST = ['Pacific/Kiritimati', 'Pacific/Niue'] as const;

const ZONES_BY_COUNTRY: ReadonlyMap<string, readonly string[]> = new Map(
  ROWS.trim()
    .split('\n')
    .map((row): readonly [string, readonly string[]] => {
      const [country = '', ...zones] = row.split(' ');
      return [country, zones];
    }),
);

const COUNTRIES_BY_ZONE: ReadonlyMap<string, readonly string[]> = new Map(
  [
    ...Map.groupBy(
      [...ZONES_BY_COUNTRY].flatMap(([country, zones]) => zones.map((zone) => ({ country, zone }))),
      ({ zone }) => zone,
    ),
  ].map(([zone, places]) => [zone, places.map(({ country }) => country)]),
);

const ALL_ZONES: readonly string[] = [...new Set([...FURTHEST, ...COUNTRIES_BY_ZONE.keys()])];

/** The zones of an ISO 3166-1 alpha-2 country; none when there is no such country. */
export function zonesOfCountry(country: string): readonly string[] {
  return ZONES_BY_COUNTRY.get(country) ?? [];
}

/** The countries that a zone may be in; none for a name that stands for no place, such as `UTC`, or that is an older name of another. */
export function countriesOfZone(zone: string): readonly string[] {
  return COUNTRIES_BY_ZONE.get(zone) ?? [];
}

/** Every zone in which people live, those with the furthest clocks first. */
export function allZones(): readonly string[] {
  return ALL_ZONES;
}

/** Every ISO 3166-1 country that has a zone. */
export function allCountries(): readonly string[] {
  return [...ZONES_BY_COUNTRY.keys()];
}
