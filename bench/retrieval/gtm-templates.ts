/** The sentences of the GTM-like set. A question and its note say the same thing in words that only partly agree. */

export interface SingleHop {
  readonly notes: readonly string[];
  readonly questions: readonly string[];
}

export interface MultiHop {
  readonly bridges: readonly string[];
  readonly answers: readonly string[];
  readonly questions: readonly string[];
}

export const SINGLE_HOP: readonly SingleHop[] = [
  {
    notes: [
      '{account} has signed off {budget} for this year.',
      'Finance at {account} set aside {budget} for tooling.',
      'The approved spend at {account} is {budget}, all in.',
      '{sponsor} confirmed that {account} can go up to {budget}.',
    ],
    questions: [
      'What budget does {account} have?',
      'How much can {account} spend?',
      'What amount did finance approve at {account}?',
    ],
  },
  {
    notes: [
      'The contract with {account} runs out in {month}.',
      '{account} has to renew before the end of {month}.',
      'Renewal date for {account}: {month}.',
      'In {month} the current term of {account} ends.',
    ],
    questions: [
      'When is the renewal of {account} due?',
      'When does the agreement with {account} expire?',
      'Which month does the contract of {account} end?',
    ],
  },
  {
    notes: [
      '{account} is also looking at {competitor}.',
      'We are up against {competitor} at {account}.',
      '{competitor} gave {account} a demo last week.',
      'The shortlist of {account} has two names, ours and {competitor}.',
    ],
    questions: [
      'Which competitor is in the deal at {account}?',
      'Who else does {account} evaluate?',
      'Which rival vendor pitched to {account}?',
    ],
  },
  {
    notes: [
      'Security at {account} wants single sign-on before anything else.',
      '{account} says that the price per seat is too high.',
      'Legal at {account} refuses the liability cap as it stands.',
      '{account} worries about moving its old records over.',
    ],
    questions: [
      'What objection did {account} raise?',
      'What is {account} worried about?',
      'Why does {account} hesitate to sign?',
    ],
  },
  {
    notes: [
      '{account} plans to roll out to {seats} people.',
      'About {seats} users will be on the platform at {account}.',
      '{account} asked for a quote for {seats} licences.',
      'Head count in scope at {account}: {seats}.',
    ],
    questions: [
      'How many seats does {account} need?',
      'How many users are there at {account}?',
      'What number of licences did {account} request?',
    ],
  },
  {
    notes: [
      '{account} wants to be live in {quarter}.',
      'Go-live for {account} is planned for {quarter}.',
      'Nothing will start at {account} before {quarter}.',
    ],
    questions: [
      'What is the timeline of {account}?',
      'When does {account} want to go live?',
      'By when should {account} be running?',
    ],
  },
];

export const MULTI_HOP: readonly MultiHop[] = [
  {
    bridges: [
      '{champion} opened the door for us at {account}.',
      '{champion} made the introduction to {account}.',
      'It was {champion} who introduced us at {account}.',
    ],
    answers: [
      '{champion} balks at losing the on-premise option.',
      '{championFirst} will not give up weekly exports.',
      'Ms {championLast} insists on a sandbox with real data.',
    ],
    questions: [
      'What does the person who introduced us at {account} insist upon?',
      'What concern has whoever opened the door at {account}?',
      'Which demand comes from our introduction at {account}?',
    ],
  },
  {
    bridges: [
      '{account} buys everything through {partner}.',
      'All orders of {account} go by way of their reseller {partner}.',
      '{partner} holds the paper for {account} as reseller.',
    ],
    answers: [
      '{partner} asks for {share} points of margin.',
      '{partner} wants {share} percent on each booking.',
      'Standard cut at {partner}: {share} points.',
    ],
    questions: [
      'How large a commission does the reseller of {account} expect?',
      'What fee would the reseller behind {account} keep?',
    ],
  },
  {
    bridges: [
      '{account} calls its rollout {project}.',
      'The deployment at {account} runs under the name {project}.',
      'Internally, {account} refers to our deployment as {project}.',
    ],
    answers: [
      '{project} slips until the data residency review is over.',
      '{project} is frozen: no engineers before {quarter}.',
      '{project} waits for the works council.',
    ],
    questions: [
      'Why is the rollout at {account} late?',
      'What delays the deployment at {account}?',
      'What blocks our deployment with {account}?',
    ],
  },
  {
    bridges: [
      '{account} keeps pointing at {ticket} as the open problem.',
      'The complaint of {account} is filed as {ticket}.',
      '{account} escalated {ticket} again.',
    ],
    answers: [
      '{ticket}: exports time out above ten thousand rows.',
      '{ticket} is about duplicated invoices after a retry.',
      'Root cause of {ticket}: clocks that drift between regions.',
    ],
    questions: [
      'Which defect does {account} complain about?',
      'What is wrong in the case that {account} escalated?',
      'What is the technical problem behind the complaint of {account}?',
    ],
  },
  {
    bridges: [
      '{leaver} used to head operations at {account}.',
      'Until spring {leaver} was head of operations at {account}.',
      '{leaver} has left {account}, where operations reported to her.',
    ],
    answers: [
      '{leaver} now runs procurement for {other}.',
      'New job for {leaver}: chief of staff, {other}.',
      'Met {leaverFirst} {leaverLast} again, this time on the {other} side.',
    ],
    questions: [
      'Where did the former head of operations at {account} end up?',
      'For which company does the operations lead who left {account} work today?',
    ],
  },
  {
    bridges: [
      '{sponsor} decides on the purchase at {account}.',
      'The economic buyer at {account} is {sponsor}.',
      'Nothing gets bought at {account} without {sponsor}.',
    ],
    answers: [
      '{sponsor} only reads one-page summaries.',
      'Call {sponsorFirst} before eight in the morning, never later.',
      'Mr {sponsorLast} prefers chat to e-mail.',
    ],
    questions: [
      'How should we reach the economic buyer at {account}?',
      'How does whoever decides on the purchase at {account} like to be contacted?',
    ],
  },
];

/** Notes about an account that answer nothing. */
export const NOISE_OF_ACCOUNTS: readonly string[] = [
  'Weekly call with {account}, nothing new.',
  '{account} opened an office in {city}.',
  'Sent the slides to {account} once more.',
  '{account} asked whether the webinar was recorded.',
  'The team at {account} grew to {seats}.',
  '{account} talked about its budget process without numbers.',
  'Reminder: prepare the renewal deck for {account}.',
  'No competitor was mentioned in the call with {account}.',
  '{account} asked how rollout works elsewhere.',
  'The reseller question came up with {account} and was left open.',
  'Procurement at {account} works in a ticket system.',
  '{account} wants a reference call with a customer of its size.',
  'The contract template went to legal at {account}.',
  'Operations at {account} sent four people to the workshop.',
  'Somebody at {account} complained about parking.',
  '{account} will decide after the board meeting.',
];

/** Notes about a person, partner, project or ticket that answer nothing; many do not name the account. */
export const NOISE_ABOUT_THINGS: readonly string[] = [
  '{champion} joined the call ten minutes late.',
  'Lunch with {champion} in {city}.',
  '{championFirst} asked for the recording.',
  '{blocker} of {account} is on leave until {month}.',
  '{blocker} spoke at the conference in {city}.',
  'Ms {blockerLast} has three direct reports.',
  '{sponsor} shared an article about pricing.',
  '{sponsorFirst} liked our post.',
  '{newcomer} started at {account} this month.',
  '{newcomer} asked for an introduction to the product team.',
  '{leaver} sent regards.',
  '{leaver} was at the trade fair in {city}.',
  '{partner} hosted a dinner for its customers.',
  '{partner} hires consultants in {city}.',
  '{project} has a steering meeting every other week.',
  'Minutes of {project} are in the shared folder.',
  '{ticket} was touched by the night shift.',
  'Customer pinged {ticket} after {weeks} weeks.',
  '{competitor} cut its list price.',
  '{competitor} hired a new head of sales in {city}.',
];
