import { eventually } from '../../support/eventually.js';
import { bearer, HttpClient } from '../../support/http-client.js';
import { describeInBrowser } from '../chromium.js';
import { guard } from '../guard.js';
import { House, type TestBot } from '../house.js';
import { createAgent, createCustomer, Desk, type AgentAtDesk } from './desk.js';

describeInBrowser('an agent at the desk', () => {
  let house: House;
  let bot: TestBot;
  let ada: AgentAtDesk;
  let grace: AgentAtDesk;
  const desks: Desk[] = [];

  beforeAll(async () => {
    house = await House.open();
    bot = await house.createBot();
    [ada, grace] = [await createAgent(house, 'Ada Lovelace'), await createAgent(house, 'Grace Hopper')];
  }, 90_000);
  afterAll(() => house.close());
  afterEach(async () => {
    house.line.mend();
    for (const desk of desks.splice(0)) await desk.leave();
  });
  const sitDown = async (agent: AgentAtDesk, path: string): Promise<Desk> => {
    const desk = await Desk.open(house, agent, path);
    desks.push(desk);
    return desk;
  };

  it('takes over in the middle of an answer: the words stop, and nothing of the bot comes after', async () => {
    house.provider.script('slowly', {
      text: 'one two three four five six seven eight nine ten',
      tokens: 10,
      delay: 700,
    });
    const customer = await createCustomer(house, bot, 'Mira Okafor');
    const desk = await sitDown(ada, `/desk/waiting/${customer.chatId}`);
    const faults = guard(desk.page);
    void customer.say('slowly').catch(() => undefined);
    await desk.log.getByText('one two').waitFor();
    await desk.button('Take over').first().click();
    await desk.sees('Cut off here');
    await eventually(async () => (await desk.owner.innerText()) === 'Yours');
    const said = await desk.log.locator('[data-author=bot]').last().innerText();
    await desk.write('A person here.');
    await desk.log.locator('[data-author=agent][data-status=complete]').getByText('A person here.').waitFor();
    expect(await desk.log.locator('[data-author=bot]').last().innerText()).toBe(said);
    expect(said).not.toContain('ten');
    expect(await house.saidIn(customer.chatId)).toEqual(['slowly', 'A person here.']);
    expect(faults).toEqual([]);
  });

  it('tells the slower of two agents who has the chat', async () => {
    const customer = await createCustomer(house, bot, 'Jonas Weber');
    await customer.say('Hello');
    await customer.askForPerson();
    const path = `/desk/waiting/${customer.chatId}`;
    const [first, second] = [await sitDown(ada, path), await sitDown(grace, path)];
    await Promise.all([first, second].map((desk) => desk.button('Take over').first().waitFor()));
    // Both have seen the same; what the second sees is not brought up to date before it acts.
    // For the slower one the button may be gone already: then it was told in time.
    await Promise.all(
      [first, second].map((desk) =>
        desk
          .button('Take over')
          .first()
          .click({ timeout: 2000 })
          .catch(() => undefined),
      ),
    );
    await eventually(async () => {
      const owners = await Promise.all([first, second].map((desk) => desk.owner.innerText()));
      return owners.includes('Yours') && owners.some((owner) => /Ada Lovelace|Grace Hopper/.test(owner));
    });
  });

  it('whispers to the bot and notes for colleagues, and the customer sees neither', async () => {
    const customer = await createCustomer(house, bot, 'Lena Fischer');
    await customer.say('Hello');
    const desk = await sitDown(ada, `/desk/waiting/${customer.chatId}`);
    await desk.button('Whisper').first().click();
    await desk.page.getByRole('textbox', { name: 'Whisper' }).fill('Offer a voucher.');
    await desk.page.keyboard.press('Enter');
    await desk.log.locator('[data-kind=whisper]').getByText('Offer a voucher.').waitFor();
    await desk.button('Note').first().click();
    await desk.page.getByRole('textbox', { name: 'Note' }).fill('Called before.');
    await desk.page.keyboard.press('Enter');
    await desk.log.locator('[data-kind=note]').getByText('Called before.').waitFor();
    const seen = await customer.log();
    expect(seen).toContain('Hello');
    expect(seen).not.toMatch(/voucher|Called before/);
  });

  it('hands the chat back to the bot and to the queue, ends it and opens it again', async () => {
    const customer = await createCustomer(house, bot, 'Tomás Rivera');
    await customer.say('Hello');
    const desk = await sitDown(ada, `/desk/waiting/${customer.chatId}`);
    const handOver = async (to: string): Promise<void> => {
      await desk.button('Take over').first().click();
      await desk.button('Hand over').click();
      await desk.page.getByRole('dialog').getByText(to, { exact: true }).click();
      await desk.page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click();
    };
    await handOver('The bot');
    await desk.sees('gave the chat back to the bot');
    await handOver('The queue');
    await desk.sees('put the chat back into the queue');
    await desk.button('Take over').first().click();
    await desk.reply.waitFor();
    await desk.button('More').click();
    await desk.page.getByRole('menuitem', { name: 'End chat' }).click();
    await desk.page.getByRole('dialog').getByRole('button', { name: 'End chat' }).click();
    await desk.sees('This chat has ended');
    await desk.button('Reopen').click();
    await desk.sees('The bot is answering');
  });

  it('loses nothing when the line is lost: a banner says so, and the log is whole afterwards', async () => {
    const customer = await createCustomer(house, bot, 'Chidi Anagonye');
    await customer.say('Hello');
    const desk = await sitDown(ada, `/desk/waiting/${customer.chatId}`);
    await desk.button('Take over').first().click();
    await desk.reply.waitFor();
    house.line.cut();
    await desk.sees(/The line is lost/);
    await desk.sees(/The chat stays yours for/);
    await customer.say('Are you still there?');
    await desk.reply.fill('Yes, I am');
    house.line.mend();
    await desk.sees(/The line is back/);
    await desk.log.getByText('Are you still there?').waitFor();
    expect(await desk.reply.inputValue()).toBe('Yes, I am');
    await desk.reply.press('Enter');
    await desk.log.locator('[data-status=complete]').getByText('Yes, I am').waitFor();
  });

  it('keeps what was written when the session is ended elsewhere', async () => {
    const customer = await createCustomer(house, bot, 'Yuki Tanaka');
    await customer.say('Hello');
    const desk = await sitDown(ada, `/desk/waiting/${customer.chatId}`);
    await desk.button('Take over').first().click();
    await desk.reply.fill('Half a sent');
    const client = new HttpClient(house.server.url, bearer(ada.key));
    const { items } = await client.ok<{ items: { sessionId: string }[] }>('GET', '/api/users/current/sessions');
    for (const { sessionId } of items) await client.text('DELETE', `/api/users/current/sessions/${sessionId}`);
    await desk.page.locator('input[name=key]').waitFor();
    await desk.signIn(ada.key);
    await eventually(async () => (await desk.reply.inputValue().catch(() => '')) === 'Half a sent');
  });
});
