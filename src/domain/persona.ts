/**
 * Reads the role of a person in a buying committee from a job title: a first guess for records that state none. It crosses a
 * function with a seniority, and says `unclear` whenever the title is silent, speaks for two functions, or puts someone beside a
 * role ("Assistant to the CRO") and not in it, because a wrong persona does more harm than none.
 *
 * | function                                   | chief officer, VP   | director, head, manager | analyst, consultant, coordinator | other roles         |
 * | ------------------------------------------ | ------------------- | ----------------------- | -------------------------------- | ------------------- |
 * | buying: revenue, sales, marketing, finance | economic_buyer      | champion                | influencer                       | user                |
 * | technical: engineering, IT, security, data | technical_evaluator | technical_evaluator     | technical_evaluator              | technical_evaluator |
 * | the whole company: CEO, COO, owner         | economic_buyer      |                         |                                  |                     |
 * | none of these                              | unclear             | unclear                 | influencer                       | unclear             |
 *
 * A deputy of those who sign is a champion. A founder or president who also has a technical function counts as technical. CRO is
 * read as revenue, not risk; CCO, CPO and CSO stand for too many things and stay unclear. "Manager" of an account, project or
 * product leads nobody and is another role.
 *
 * Source: GTM OS AGT-204, v17 (contacts carry a persona: economic buyer, champion, technical evaluator).
 */
import type { Persona } from './entity.ts';

const TITLE_MAX = 200;

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Phrases that mean something else than their words, in the order in which they are replaced. */
const PHRASES: readonly (readonly [string, string])[] = [
  ['chief of staff', 'assistant'],
  ['office of the', 'assistant'],
  ['chief executive officer', 'ceo'],
  ['chief executive', 'ceo'],
  ['chief operating officer', 'coo'],
  ['chief operations officer', 'coo'],
  ['chief information officer', 'cio'],
  ['chief digital officer', 'cdo'],
  ['managing director', 'ceo'],
  ['managing partner', 'ceo'],
  ['general manager', 'ceo'],
  ['president directeur general', 'ceo'],
  ['directeur general', 'ceo'],
  ['directrice generale', 'ceo'],
  ['director general', 'ceo'],
  ['directora general', 'ceo'],
  ['director ejecutivo', 'ceo'],
  ['directora ejecutiva', 'ceo'],
  ['gerente general', 'ceo'],
  ['diretor geral', 'ceo'],
  ['diretora geral', 'ceo'],
  ['diretor executivo', 'ceo'],
  ['diretora executiva', 'ceo'],
  ['directeur administratif et financier', 'cfo'],
  ['directeur financier', 'cfo'],
  ['directrice financiere', 'cfo'],
  ['director financiero', 'cfo'],
  ['directora financiera', 'cfo'],
  ['diretor financeiro', 'cfo'],
  ['diretora financeira', 'cfo'],
  ['vice president', 'vp'],
  ['vice presidente', 'vp'],
  ['vice presidenta', 'vp'],
  ['key account manager', 'sales specialist'],
  ['account manager', 'sales specialist'],
  ['account executive', 'sales specialist'],
  ['account management', 'sales'],
  ['key account', 'sales'],
  ['campaign manager', 'marketing specialist'],
  ['community manager', 'marketing specialist'],
  ['success manager', 'specialist'],
  ['project manager', 'specialist'],
  ['program manager', 'specialist'],
  ['programme manager', 'specialist'],
  ['product manager', 'specialist'],
  ['chef de projet', 'specialist'],
  ['chef de produit', 'specialist'],
  ['jefe de proyecto', 'specialist'],
  ['gerente de projetos', 'specialist'],
  ['ingenieur commercial', 'sales specialist'],
  ['ingenieure commerciale', 'sales specialist'],
  ['product owner', 'specialist'],
  ['process owner', 'specialist'],
  ['business development', 'sales'],
  ['go to market', 'gtm'],
  ['rev ops', 'revops'],
  ['demand generation', 'marketing'],
  ['demand gen', 'marketing'],
  ['lead generation', 'marketing'],
  ['lead gen', 'marketing'],
  ['social media', 'marketing'],
  ['machine learning', 'data'],
  ['business intelligence', 'data'],
  ['information technology', 'technology'],
  ['data entry', 'clerk'],
  ['security guard', 'guard'],
  ['social security', 'welfare'],
];

const NOT_NOW = words(`
  former formerly ex retired aspiring future unemployed ehemalig ehemaliger ehemalige ancien ancienne antiguo antigua
`);

/** People beside a role; with a seniority in the same title they are not the one who has it. */
const STAFF = words(`
  assistant assistants assistante assistent assistentin assistenz asistente assistente secretary sekretar sekretarin
  sekretaer sekretaerin secretaire secretaria secretario intern internship trainee apprentice praktikant praktikantin
  werkstudent werkstudentin stagiaire alternant alternante becario becaria estagiario estagiaria student
`);

const DEPUTY = words(`deputy stellvertretender stellvertretende stellv adjoint adjointe adjunto adjunta subdirector`);

const HEADS_COMPANY = words(`
  ceo coo pdg geschaftsfuhrer geschaftsfuhrerin geschaeftsfuehrer geschaeftsfuehrerin geschaftsfuhrung
  geschaeftsfuehrung vorstandsvorsitzender vorstandsvorsitzende
`);

const OWNS_COMPANY = words(`
  founder cofounder owner president proprietor vorstand vorstandin grunder grunderin gruender gruenderin mitgrunder
  mitgrunderin inhaber inhaberin prasident prasidentin praesident fondateur fondatrice gerant gerante proprietaire
  fundador fundadora dueno duena presidente presidenta proprietario proprietaria dono dona
`);

const BUYING_CHIEFS = words('cro cmo cfo');
const TECHNICAL_CHIEFS = words('cto cio ciso cdo cdao dsi rssi');

const VICE_PRESIDENTS = words(`
  vp svp evp avp vizeprasident vizeprasidentin vizepraesident vicepresident vicepresidente vicepresidenta
`);

const LEADS = words(`
  director directors directeur directrice directora diretor diretora direktor direktorin head manager managers mgr lead
  teamlead chief chef cheffe chefe leiter leiterin leitung gerente jefe jefa responsable responsavel supervisor
  encargado encargada
`);

const ADVISES = words(`
  consultant consultante consultor consultora berater beraterin analyst analystin analyste analista coordinator
  coordinateur coordinatrice coordinador coordinadora coordenador coordenadora koordinator koordinatorin advisor adviser
  conseiller conseillere asesor asesora assessor assessora
`);

const BUYING = words(`
  revenue revops sales salesops gtm commercial commerciale comercial growth marketing brand mercadeo mercadotecnia seo
  finance finances financial finanz finanzen finanzas financas financeiro financeira financiero financiera financier
  financiere accounting controlling treasury buchhaltung kaufmannischer kaufmannische kaufmaennischer kaufmaennische
  vertrieb vertriebs verkauf ventes vente ventas vendas geschaftsentwicklung geschaeftsentwicklung
`);

/** Roles whose name says the buying function too. */
const BUYING_ROLES = words(`
  sdr bdr ae accountant accountants bookkeeper buchhalter buchhalterin comptable contable contador contadora
  salesperson salesman saleswoman seller verkaufer verkauferin verkaeufer verkaeuferin vendeur vendeuse vendedor
  vendedora marketer marketeer copywriter
`);

const ROLES = words(`
  specialist spezialist spezialistin specialiste especialista representative rep reps executive executivo executiva
  ejecutivo ejecutiva associate agent agente clerk officer expert experte expertin strategist planner designer
  mitarbeiter mitarbeiterin sachbearbeiter sachbearbeiterin referent referentin angestellter angestellte kaufmann
  kauffrau charge chargee attache attachee administrator technician member
`);

const TECHNICAL = words(`
  engineer engineers engineering developer developers software devops sre sysadmin technology technologies tech
  technical data database cloud network networks infrastructure systems security cybersecurity infosec scrum
  technik technischer technische informatik informatiker informatikerin entwickler entwicklerin
  ingenieur ingenieurin ingenieure sicherheit datenschutz datenbank systemadministrator systemadministratorin
  developpeur developpeuse informatique technique securite donnees systemes
  desarrollador desarrolladora desenvolvedor desenvolvedora ingeniero ingeniera engenheiro engenheira engenharia
  informatica informatico tecnologia tecnico tecnica sistemas seguridad seguranca datos dados
`);

/** Also ordinary words, so they count only beside a role or a seniority. */
const TECHNICAL_IF_ROLE = words('it ti edv');

/** German writes function and role as one word, such as Vertriebsleiterin. */
const BUYING_PREFIX = /^(vertriebs|verkaufs|marketing|finanz|sales|umsatz)./;
const TECHNICAL_PREFIX = /^(software|entwicklungs|informatik|technik|daten(?!eingabe)|netzwerk|sicherheits|system)./;
const LEADS_SUFFIX = /.(leiter|leiterin|leitung|direktor|direktorin)$/;
const OWNS_SUFFIX = /.(vorstand|vorstandin)$/;
const ADVISES_SUFFIX = /.(berater|beraterin|analyst|analystin)$/;
const ROLE_SUFFIX = /.(mitarbeiter|mitarbeiterin|referent|referentin|spezialist|spezialistin)$/;
const DEVELOPS_SUFFIX = /.(entwickler|entwicklerin|ingenieur|ingenieurin|informatiker|informatikerin)$/;

/** Lower-case words without accents and punctuation, phrases replaced. */
function tokensOf(title: string): readonly string[] {
  const plain = title
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/\b(?:[a-z]\.){2,}/g, (initials) => `${initials.replaceAll('.', '')} `)
    .replace(/[^a-z0-9]+/g, ' ');
  let text = ` ${plain.trim()} `;
  for (const [phrase, replacement] of PHRASES) text = text.replace(` ${phrase} `, ` ${replacement} `);
  return text.trim().split(' ');
}

/** What the words of a title speak for. */
interface TitleReading {
  buying: boolean;
  technical: boolean;
  headsCompany: boolean;
  ownsCompany: boolean;
  /** Chief officer or vice president. */
  senior: boolean;
  leads: boolean;
  advises: boolean;
  role: boolean;
  staff: boolean;
  deputy: boolean;
}

function readTitle(tokens: readonly string[]): TitleReading {
  const any = (set: ReadonlySet<string>) => tokens.some((token) => set.has(token));
  const matches = (pattern: RegExp) => tokens.some((token) => pattern.test(token));
  const chiefOfficer = tokens.includes('chief') && tokens.includes('officer');
  const senior = chiefOfficer || any(BUYING_CHIEFS) || any(TECHNICAL_CHIEFS) || any(VICE_PRESIDENTS);
  const leads = any(LEADS) || matches(LEADS_SUFFIX);
  const advises = any(ADVISES) || matches(ADVISES_SUFFIX);
  const role = any(ROLES) || any(BUYING_ROLES) || matches(ROLE_SUFFIX);
  const technical = any(TECHNICAL) || any(TECHNICAL_CHIEFS) || matches(TECHNICAL_PREFIX) || matches(DEVELOPS_SUFFIX);
  return {
    buying: any(BUYING) || any(BUYING_CHIEFS) || any(BUYING_ROLES) || matches(BUYING_PREFIX),
    technical: technical || (any(TECHNICAL_IF_ROLE) && (senior || leads || advises || role)),
    headsCompany: any(HEADS_COMPANY),
    ownsCompany: any(OWNS_COMPANY) || matches(OWNS_SUFFIX),
    senior,
    leads,
    advises,
    role,
    staff: any(STAFF),
    deputy: any(DEPUTY),
  };
}

/** The role of a person with this job title; see the table at the top. */
export function personaOfTitle(title: string): Persona {
  if (title.length > TITLE_MAX) return 'unclear';
  const tokens = tokensOf(title);
  if (tokens.some((token) => NOT_NOW.has(token))) return 'unclear';
  const says = readTitle(tokens);

  if (says.buying && says.technical) return 'unclear';
  if (says.staff) {
    const besideARole = says.headsCompany || says.ownsCompany || says.senior || says.leads || says.advises;
    return says.buying && !besideARole ? 'user' : 'unclear';
  }
  if (says.headsCompany && says.technical) return 'unclear';
  if (says.technical) return 'technical_evaluator';

  const leadsSomething = says.headsCompany || says.ownsCompany || says.senior || says.leads;
  if (says.advises) return leadsSomething ? 'unclear' : 'influencer';
  const signs = says.headsCompany || says.ownsCompany || (says.buying && says.senior);
  if (signs) return says.deputy ? 'champion' : 'economic_buyer';
  if (!says.buying) return 'unclear';
  if (says.leads) return 'champion';
  return says.role ? 'user' : 'unclear';
}

/** What a play wants of a persona: to win it over, to have it informed, or to leave it alone. */
export type CommitteeRole = 'target' | 'support' | 'ignore';

export interface CommitteePlay {
  readonly committee: Readonly<Record<Persona, CommitteeRole>>;
}

/**
 * The play of an engine that is told of no other: follow up on interest in the price. Whoever runs the function approves there as
 * well as whoever pays, so a Director of Revenue Operations is a target. Source: GTM Harness, section 5.
 */
export const PRICING_FOLLOW_UP: CommitteePlay = {
  committee: {
    economic_buyer: 'target',
    champion: 'target',
    technical_evaluator: 'support',
    influencer: 'support',
    user: 'ignore',
    unclear: 'ignore',
  },
};

/** What a persona is in one play; the same person may approve one play and only advise in another. */
export function committeeRole(persona: Persona, play: CommitteePlay = PRICING_FOLLOW_UP): CommitteeRole {
  return play.committee[persona];
}
