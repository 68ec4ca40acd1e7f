import { describeBus } from './bus-contract.fixture.ts';
import { createInProcessBus } from './in-process-bus.ts';

describeBus('the bus in one process', () => Promise.resolve(createInProcessBus()));
