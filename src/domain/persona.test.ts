import { describe, expect, test } from 'vitest';

import { PERSONAS } from './entity.ts';
import type { Persona } from './entity.ts';
import { committeeRole, personaOfTitle } from './persona.ts';

/** Titles of one persona, separated by semicolons. */
function titles(text: string): readonly string[] {
  return text.trim().replace(/\s+/g, ' ').split('; ');
}

const TITLES: Record<Persona, readonly string[]> = {
  economic_buyer: titles(`
    CRO; Chief Revenue Officer; CFO; Chief Marketing Officer; Chief Commercial Officer; C.E.O.; VP Sales;
    Vice President, Marketing; SVP Finance; EVP of Global Sales; VP RevOps; Co-Founder & CEO; Founder;
    Managing Director; Business Owner; President; Chief Operating Officer; Interim CFO; General Manager
    Sales; Geschäftsführerin; Geschaeftsfuehrer; Vorstand Vertrieb; Finanzvorstand; Inhaber; Directeur
    général; Directeur administratif et financier; PDG; Director General; Directora Financiera;
    Vicepresidente de Ventas; Diretor Geral; Sócio Fundador; Chief Growth Officer
  `),
  champion: titles(`
    Director of Revenue Operations; Head of Marketing; Sales Manager; Regional Sales Director; Finance
    Director; RevOps Manager; Senior Manager, Financial Planning; Marketing Lead; Director, Go-To-Market;
    Deputy CFO; Head of Growth; Executive Director of Sales; Product Marketing Manager; Lead Generation
    Manager; Director of Business Development; Vertriebsleiter; Marketingleiterin; Leiter Vertrieb (m/w/d);
    Kaufmännischer Leiter; Directeur des ventes; Responsable marketing; Directrice commerciale; Jefe de
    Ventas; Director Comercial; Gerente de Vendas; Diretora de Marketing; Stellv. Leiter Verkauf
  `),
  technical_evaluator: titles(`
    CTO; Chief Technology Officer; CIO; CISO; Chief Information Officer; VP Engineering; IT Director; Head
    of IT; it manager; I.T. Manager; Software Engineer; Data Scientist; Security Analyst; DevOps Engineer;
    Network Administrator; IT Project Manager; Founder & CTO; Head of Data; IT Consultant; IT-Leiter;
    Softwareentwicklerin; Leiter Informatik; Technischer Leiter; Responsable informatique; DSI; Directeur
    technique; Développeur; Ingeniero de datos; Director de Tecnología; Gerente de TI; Coordenador de TI;
    Desenvolvedora; Systemadministrator
  `),
  influencer: titles(`
    Business Analyst; Consultant; Marketing Coordinator; RevOps Analyst; Senior Sales Consultant; Financial
    Analyst; Advisor; Unternehmensberater; Vertriebsanalyst; Koordinatorin Marketing; Consultor; Analista de
    Marketing; Analyste financier; Coordinadora de ventas; Strategy Consultant
  `),
  user: titles(`
    Sales Representative; Account Executive; Key Account Manager; SDR; BDR; Marketing Specialist;
    Accountant; Marketing Assistant; Sales Associate; Marketing Officer; Marketing Intern; Campaign Manager;
    Verkäuferin; Vertriebsmitarbeiter; Buchhalterin; Vendeuse; Ejecutivo de ventas; Vendedor; Ingénieur
    commercial; Chargée de marketing
  `),
  unclear: [
    '',
    '   ',
    'x'.repeat(201),
    `CEO ${'x'.repeat(200)}`,
    ...titles(`
      42; ???; asdf qwer; 营销总监; Nurse; Warehouse Worker; Student; Chief Happiness Officer; Chief Product
      Officer; CPO; CCO; CSO; Partner; Head of People; Office Manager; Product Owner; Product Manager;
      Project Manager; Executive Chef; Operations Manager; Marketing; Sales; Controller
    `),
    // Two functions at once.
    ...titles(`
      Sales Engineer; VP Sales and Engineering; Head of Marketing Technology; CEO & CTO; Marketing Data
      Analyst
    `),
    // Beside a role, or no longer in it.
    ...titles(`
      Assistant to the CRO; Executive Assistant; Chief of Staff to the CEO; Advisor to the CEO; Office of
      the CFO; Former CFO; ex-CEO; Aspiring CMO; Assistentin der Geschäftsführung; Secrétaire de direction;
      Data Entry Clerk; Security Guard; I make it happen; constructor; __proto__
    `),
  ],
};

describe('personaOfTitle', () => {
  const cases = PERSONAS.flatMap((persona) => TITLES[persona].map((title) => [title, persona] as const));
  test.each(cases)('reads %j as %s', (title, persona) => {
    expect(personaOfTitle(title)).toBe(persona);
  });

  test.each(cases.filter(([title]) => title.length < 100))(
    'reads %j in capitals and with more spaces',
    (title, persona) => {
      expect(personaOfTitle(title.toUpperCase())).toBe(persona);
      expect(personaOfTitle(`  ${title.replaceAll(' ', '   ')} `)).toBe(persona);
    },
  );
});

describe('committeeRole', () => {
  test('makes a Director of Revenue Operations a target of the pricing follow-up', () => {
    expect(committeeRole(personaOfTitle('Director of Revenue Operations'))).toBe('target');
  });

  test('depends on the play', () => {
    const securityReview = {
      committee: {
        economic_buyer: 'support',
        champion: 'support',
        technical_evaluator: 'target',
        influencer: 'ignore',
        user: 'ignore',
        unclear: 'ignore',
      },
    } as const;
    expect(committeeRole('champion', securityReview)).toBe('support');
    expect(committeeRole('technical_evaluator', securityReview)).toBe('target');
    expect(committeeRole('technical_evaluator')).toBe('support');
    expect(committeeRole('unclear')).toBe('ignore');
  });
});
