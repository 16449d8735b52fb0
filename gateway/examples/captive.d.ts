// Made from openapi.json by `python -m gateway.contracts.typescript`; changes belong there.
//
// An answer may hold more than is listed, and an enumeration of an answer may grow: pass over what you do not know.

/** A problem document with the codes that an operation is known to answer with. */
export type Refused<Status extends number, Code extends string> = Problem & { status: Status; code: Code };

/** The same where money may move: it always says whether it did. */
export type RefusedMoney<Status extends number, Code extends string> = Refused<Status, Code> & {
  money_moved: "no" | "yes" | "unknown";
};

/** `balance_cents` confirms what the account owes today (`payoff_ceiling_cents` of its file). */
export interface AccelerateBalance {
  /** at least 0 */
  balance_cents: number;
  /** longest 500 */
  reason: string;
}

/**
 * An account as its holder sees it.
 *
 * `pending_payments` and `amount_due_after_pending_cents` are null while payments cannot be asked: unknown, not none.
 * `autopay_enabled` is false then too; where they are null it says nothing.
 */
export interface Account {
  id: string;
  account_number: string;
  product: "loan" | "lease";
  status: "open" | "paid_off" | "closed" | "charged_off";
  vehicle: Vehicle;
  principal_balance_cents: number;
  accrued_interest_cents: number;
  fees_due_cents: number;
  past_due_cents: number;
  amount_due_cents: number;
  payoff_ceiling_cents: number;
  unapplied_cents: number;
  /** date */
  next_due_on: string | null;
  days_past_due: number;
  grace_days: number;
  /** date */
  last_day_without_late_fee_on: string | null;
  last_payment: LastPayment | null;
  paperless: boolean;
  /** date */
  maturity_on: string;
  as_of: AsOf;
  autopay_enabled: boolean;
  pending_payments: PendingPayment[] | null;
  /** at least 0 */
  amount_due_after_pending_cents: number | null;
}

/**
 * What its holder sees of an account, and beside it what only staff see.
 *
 * `flags` are those that stand. `charged_off_cents` is what was given up in the books, `recovered_cents` what has come
 * back of it. `title` is null unless the account is closed on good funds.
 */
export interface AccountFile {
  account: Account;
  source_ref: string;
  issuer: string;
  state: string | null;
  /** date */
  opened_on: string | null;
  /** date */
  closed_on: string | null;
  is_accelerated: boolean;
  /** at least 0 */
  charged_off_cents: number;
  /** at least 0 */
  recovered_cents: number;
  annual_rate_percent: string | null;
  parties: Party[];
  flags: AccountFlag[];
  title: TitleRelease | null;
}

/** A flag as it was set; the last four are null while it stands. `stops_fees` names the fees that it stops. */
export interface AccountFlag {
  id: string;
  kind: "servicemember" | "bankruptcy" | "deceased" | "dispute" | "cease_contact";
  /** date */
  from_on: string;
  /** date */
  through_on: string | null;
  note: string;
  stops_fees: string[];
  set_by: string;
  /** date-time */
  set_at: string;
  /** date */
  cleared_on: string | null;
  cleared_by: string | null;
  clearing_note: string | null;
  /** date-time */
  cleared_at: string | null;
}

/** Newest first, those that were cleared too. */
export interface AccountFlags {
  data: AccountFlag[];
  next_cursor: string | null;
}

export interface AccountHolder {
  /** uuid */
  user_id: string;
  first_name: string;
  last_name: string;
  role: string;
}

export interface AccountHolders {
  data: AccountHolder[];
  next_cursor: string | null;
}

export interface Accounts {
  data: Account[];
  next_cursor: string | null;
}

/**
 * One return or correction. `corrected` is what the bank says instead, as it stands in the file.
 *
 * Of an account number in it the last four digits alone are shown; the whole is kept encrypted.
 */
export interface AchNotice {
  /** uuid */
  id: string;
  kind: "return" | "change" | "other";
  code: string;
  trace_number: string;
  /** at least 0 */
  amount_cents: number;
  outcome: "done" | "known" | "waiting";
  waits_because: string | null;
  corrected: string | null;
  file_name: string;
  /** date-time */
  taken_at: string;
  /** uuid */
  payment_method_id: string | null;
  /** uuid */
  account_id: string | null;
}

export interface AchNotices {
  data: AchNotice[];
  next_cursor: string | null;
}

/** `totp`: codes of an app. `text`: codes to the telephone number on file. */
export interface AddFactor {
  kind: "totp" | "text";
}

/** `credential` is the browser's `PublicKeyCredential.toJSON()`. */
export interface AddPasskey {
  /** longest 100 */
  label: string;
  credential: NewCredential;
}

/**
 * A bank account, or a card by the token that the processor made of it; each type has its own fields.
 *
 * `consent` names the text that was agreed to; the company may require it.
 */
export interface AddPaymentMethod {
  type: "bank_account" | "card";
  routing_number?: string;
  account_number?: string;
  account_type?: "checking" | "savings";
  /** longest 100 */
  holder_name?: string;
  processor_token?: string;
  consent?: GivenConsent | null;
}

/** Somebody who signed the contract, the borrower first; the address is the contract's, null where it names none. */
export interface Addressee {
  role: string;
  name: string;
  mailing_address: LetterAddress | null;
}

/** The channels of one alert. */
export interface AlertCells {
  email: boolean;
  sms: boolean;
  inbox: boolean;
}

export interface AlertMatrix {
  payment_due_soon: AlertCells;
  payment_confirmation: AlertCells;
  payment_problem: AlertCells;
  past_due: AlertCells;
  late_fee: AlertCells;
  statement_ready: AlertCells;
  autopay: AlertCells;
  autopay_draft: AlertCells;
  payoff: AlertCells;
  account_changes: AlertCells;
  lease_end: AlertCells;
  lease_disclosures: AlertCells;
  conversation: AlertCells;
  security: AlertCells;
}

/** What you are told and how. A cell counts only as far as `texts` and `mails` allow. */
export interface Alerts {
  matrix: AlertMatrix;
  locked: LockedCells[];
  due_soon_days: number[];
  texts: TextsStanding;
  mails: MailStanding;
}

/** Where the money went; the five parts add up to the transaction's amount and what was written off. */
export interface Allocation {
  interest_cents: number;
  principal_cents: number;
  tax_cents: number;
  fees_cents: number;
  unapplied_cents: number;
}

/**
 * One change that waits. `parties` must all agree by the end of `decide_by_on`, or nothing changes.
 *
 * `awaits_you`: the caller has not agreed yet.
 */
export interface Approval {
  /** uuid */
  id: string;
  kind: string;
  /** uuid */
  account_id: string;
  summary: string;
  parties: string[];
  agreed: string[];
  awaits_you: boolean;
  /** date-time */
  asked_at: string;
  /** date */
  decide_by_on: string;
}

export interface Approvals {
  data: Approval[];
  next_cursor: string | null;
}

/** Up to which event of accounts about this account, and on which business date, a view is right. */
export interface AsOf {
  sequence: number;
  /** date */
  business_on: string;
}

export interface Assertion {
  /** longest 20000 */
  clientDataJSON: string;
  /** longest 20000 */
  authenticatorData: string;
  /** longest 20000 */
  signature: string;
  /** longest 20000 */
  userHandle?: string | null;
}

/** `fee_reference` is your own name of what is charged for: one is charged once. */
export interface AssessFee {
  kind: "returned_payment_fee" | "other_fee";
  /** at least 1 */
  amount_cents: number;
  /** longest 500 */
  reason: string;
  /** longest 64 */
  fee_reference: string;
}

export interface AssessLateFee {
  /** at least 1 */
  instalment_number: number;
}

/** A finding with its charge; `words` says what is normal. */
export interface AssessedWear {
  item: "body_mark" | "glass_crack" | "chip" | "tire_tread";
  inches: string;
  /** at least 1, at most 100 */
  count?: number;
  is_normal: boolean;
  /** at least 0 */
  charge_cents: number;
  words: string;
}

/** A file without its content. */
export interface AttachmentShown {
  /** uuid */
  id: string;
  name: string;
  media: "application/pdf" | "image/jpeg" | "image/png" | "text/plain";
  size_bytes: number;
  /** date-time */
  created_at: string;
}

export interface Attestation {
  /** longest 20000 */
  clientDataJSON: string;
  /** longest 20000 */
  attestationObject: string;
  /** longest 20000 */
  authenticatorData?: string | null;
  /** longest 20000 */
  publicKey?: string | null;
  publicKeyAlgorithm?: number;
  transports?: string[];
}

/** Autopay of an account. It is never required; `message` says in one sentence how it stands. */
export interface Autopay {
  /** uuid */
  account_id: string;
  status: "not_enrolled" | "active" | "paused" | "cancelled";
  message: string;
  payment_method: MethodOfAutopay | null;
  day_offset: number;
  fixed_amount_cents: number | null;
  extra_principal_cents: number;
  maximum_cents: number | null;
  paused: Pause | null;
  drafts: Draft[];
  consent: ConsentOnRecord | null;
  consent_offer: ConsentOffer;
}

/**
 * One change that waits. `parties` must all agree by the end of `decide_by_on`, or nothing changes.
 *
 * Where several have one role, the second is `co_borrower_2`, and each of them is waited for. `awaits_you`: the caller
 * has not agreed yet. Staff who look are not waited for.
 */
export interface AwaitedChange {
  /** uuid */
  id: string;
  kind: "due_date_change" | "deferment";
  /** uuid */
  account_id: string;
  summary: string;
  parties: string[];
  agreed: string[];
  awaits_you: boolean;
  /** date-time */
  asked_at: string;
  /** date */
  decide_by_on: string;
}

/**
 * What was posted: `total_cents` is principal, interest and fees less the customer's credit.
 *
 * Of a lease, principal is the lease balance and interest the rent charge and tax that have come due.
 */
export interface Balances {
  principal_cents: number;
  interest_cents: number;
  fees_cents: number;
  credit_cents: number;
  total_cents: number;
}

/** The same, begun by staff with a customer; `account_id` where it is about an account that this customer holds. */
export interface BeginConversation {
  topic: "payments" | "payoff" | "lease_end" | "account" | "documents" | "technical" | "other";
  /** longest 120 */
  subject: string;
  /** longest 4000 */
  body: string;
  /** uuid */
  account_id?: string | null;
  /** uuid */
  user_id: string;
}

/** What the bill asked for. Fees are asked for beside the amount due, the credit is taken off it already. */
export interface Billed {
  instalment_number: number;
  /** date */
  due_on: string;
  instalment_cents: number;
  past_due_cents: number;
  fees_due_cents: number;
  credit_cents: number;
  amount_due_cents: number;
}

/** A purchase under way. The quote is a promise; money of its sum that names it and is effective in time buys. */
export interface Buyout {
  id: string;
  account_id: string;
  status: "quoted" | "paid" | "completed" | "cancelled" | "lapsed" | "undone";
  buyer: "lessee" | "dealer" | "third_party";
  quote_id: string;
  payoff_cents: number;
  /** date */
  good_through: string;
  price: OptionPrice;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
  odometer_statement_required: boolean | null;
  odometer_notice: string;
  odometer_statement: OdometerStatement | null;
  title_steps: TitleStep[];
}

/** What buying the vehicle would cost if the money is effective by `good_through`. Nothing is promised. */
export interface BuyoutPreview {
  account_id: string;
  buyer: "lessee" | "dealer" | "third_party";
  /** date */
  good_through: string;
  price: OptionPrice;
}

/** What the browser is to be asked; the challenge in it is good for five minutes and once. */
export interface Ceremony {
  options: Record<string, unknown>;
}

/** As a customer sends it. `all_parties_agreed`: you have everybody's word, and nobody is waited for. */
export interface ChangeAccountDueDate {
  all_parties_agreed?: boolean;
  /** at least 1, at most 28 */
  due_day: number;
  preview: boolean;
}

/** The day of the month to pay on. With `preview` true nothing is stored; with false send an Idempotency-Key. */
export interface ChangeDueDate {
  /** at least 1, at most 28 */
  due_day: number;
  preview: boolean;
}

/** `password` is the one that is used now. */
export interface ChangePassword {
  /** longest 1024 */
  password: string;
  /** longest 1024 */
  new_password: string;
}

/** `payment_cents` from `from_instalment` on, where the instalments change too; both or none. */
export interface ChangeRate {
  annual_rate_percent: string;
  /** date */
  effective_on: string;
  reason: "servicemember" | "modification";
  /** at least 1 */
  from_instalment?: number | null;
  /** at least 1 */
  payment_cents?: number | null;
}

/** What is left out stays as it is. */
export interface ChangeWebhook {
  /** longest 2000 */
  url?: string;
  events?: string[];
  /** longest 200 */
  description?: string;
  state?: "active" | "disabled";
}

/** The account after a command. */
export interface ChangedAccount {
  account_id: string;
  standing: Standing;
}

/**
 * What changes. `mailing_address` is replaced whole, or removed by null; `language` is that of our messages.
 *
 * `email` and `phone` (international form; null removes it) change once both their ends have agreed: the new one and
 * the one before it are written to, by a link in a mail or a code in a text.
 */
export interface ChangedProfile {
  /** longest 100 */
  first_name?: string;
  /** longest 100 */
  last_name?: string;
  mailing_address?: MailingAddress | null;
  language?: "en" | "es";
  email?: string | null;
  phone?: string | null;
}

/** `balance_cents` confirms what the account owes today (`payoff_ceiling_cents` of its file). */
export interface ChargeOffAccount {
  /** at least 0 */
  balance_cents: number;
  /** longest 500 */
  reason: string;
}

/** `cleared_on` is the first day on which the flag does not count any more; today where it is left out. */
export interface ClearAccountFlag {
  kind: "servicemember" | "bankruptcy" | "deceased" | "dispute" | "cease_contact";
  /** date */
  cleared_on?: string | null;
  /** longest 500 */
  note: string;
}

/** What came of it, for the record. */
export interface CloseAchNotice {
  /** longest 500 */
  note: string;
}

/** What came of it, for the record. */
export interface ClosePaymentWorkItem {
  /** longest 500 */
  note: string;
}

/** `note` says what was done; nothing else follows from closing. */
export interface CloseWorkItem {
  /** longest 500 */
  note: string;
}

/** The first code of a factor. */
export interface ConfirmFactor {
  /** longest 40 */
  code: string;
}

/**
 * One word about a consent.
 *
 * `source` is `servicing` (it came with the account), `portal`, `text`, `carrier` or `staff`.
 */
export interface Consent {
  /** uuid */
  id: string;
  channel: string;
  is_given: boolean;
  source: string;
  version: string | null;
  wording: string | null;
  proof: ConsentProof;
  address_last4: string | null;
  /** date-time */
  said_at: string;
}

/** The text to show before it is agreed to. */
export interface ConsentOffer {
  version: string;
  text: string;
}

export interface ConsentOnRecord {
  version: string;
  /** date-time */
  given_at: string;
}

/** By what it can be shown that it was said. */
export interface ConsentProof {
  session_id: string | null;
  request_id: string | null;
  text_id: string | null;
}

/** What was agreed to and taken back, newest first; nothing is ever removed. */
export interface Consents {
  data: Consent[];
  /** uuid */
  next_cursor: string | null;
}

/** Of which account: the rate and the day count of a loan, None of a lease. */
export interface Contract {
  account_last4: string;
  product: "loan" | "lease";
  vehicle: StatementVehicle;
  annual_rate_percent: string | null;
  day_count: string | null;
  /** date */
  maturity_on: string;
}

/**
 * `waiting_for` says whose turn it is; null when closed. `…_read_id` is the last message that a side has read.
 *
 * `desk` says whether somebody is there now, and else from when on messages are answered.
 */
export interface Conversation {
  /** uuid */
  id: string;
  /** uuid */
  account_id: string | null;
  topic: string;
  subject: string;
  state: "open" | "closed";
  waiting_for: "customer" | "staff" | null;
  messages_count: number;
  /** uuid */
  last_message_id: string | null;
  /** uuid */
  customer_read_id: string | null;
  /** uuid */
  staff_read_id: string | null;
  /** date-time */
  opened_at: string;
  /** date-time */
  changed_at: string;
  /** date-time */
  closed_at: string | null;
  desk: Desk;
}

/** `channel` is `sms` where it came as a text. */
export interface ConversationMessage {
  /** uuid */
  id: string;
  /** uuid */
  conversation_id: string;
  author: "customer" | "staff";
  channel: "portal" | "sms";
  body: string;
  attachments: AttachmentShown[];
  /** date-time */
  created_at: string;
}

export interface ConversationMessages {
  data: ConversationMessage[];
  /** uuid */
  next_cursor: string | null;
}

/** What was done besides writing. */
export interface ConversationStep {
  kind: "opened" | "handed_over" | "closed" | "reopened";
  author: "customer" | "staff";
  /** date-time */
  created_at: string;
}

export interface Conversations {
  data: Conversation[];
  /** uuid */
  next_cursor: string | null;
}

/** What is given replaces what was furnished for that month, and the rest stays. */
export interface CorrectFurnishing {
  /** date */
  month_end_on: string;
  /** longest 500 */
  reason: string;
  status_code?: "11" | "13" | "71" | "78" | "80" | "82" | "83" | "84" | "97";
  /** at least 0, at most 10000 */
  days_past_due?: number;
  /** date */
  first_delinquent_on?: string | null;
  is_deferred?: boolean;
  /** at least 0 */
  current_balance_cents?: number;
  /** at least 0 */
  amount_past_due_cents?: number;
  compliance_condition_code?: string | null;
}

/** A change as GET /v1/me/approvals lists it (`kind`, `account_id`, and its `id`), and what you say to it. */
export interface DecideApproval {
  kind: "extension" | "due_date_change" | "deferment";
  /** uuid */
  account_id: string;
  /** uuid */
  approval_id: string;
  decision: "accept" | "decline";
}

/** Which objection, whether it is upheld, what is then taken off, and why: the lessee sees the reason. */
export interface DecideDispute {
  /** at least 1, at most 50 */
  number: number;
  decision: "uphold" | "reject";
  /** at least 0 */
  credit_cents?: number;
  /** longest 500 */
  reason: string;
}

/** Offer or decline, and why. */
export interface DecideExtension {
  decision: "offer" | "decline";
  /** longest 500 */
  reason: string;
}

/** `status` is what has become of the change: it still waits (`offered`), is `accepted`, or `withdrawn`. */
export interface DecidedApproval {
  id: string;
  kind: string;
  decision: string;
  status: string;
}

export interface Decline {
  code: string;
  reason: string;
}

/** As a customer sends it. `all_parties_agreed`: you have everybody's word, and nobody is waited for. */
export interface DeferAccountPayments {
  all_parties_agreed?: boolean;
  /** at least 1, at most 12 */
  months: number;
  preview: boolean;
}

/** How many months to wait. With `preview` true nothing is stored; with false send an Idempotency-Key. */
export interface DeferPayments {
  /** at least 1, at most 12 */
  months: number;
  preview: boolean;
}

/** Whether somebody is there now; `opens_at` is from when on messages are answered where nobody is. */
export interface Desk {
  is_open: boolean;
  /** date-time */
  opens_at: string | null;
  /** date-time */
  closes_at: string | null;
}

/** A conversation as staff see it: whose it is, in which queue, and who has it. */
export interface DeskConversation {
  /** uuid */
  id: string;
  /** uuid */
  account_id: string | null;
  topic: string;
  subject: string;
  state: "open" | "closed";
  waiting_for: "customer" | "staff" | null;
  messages_count: number;
  /** uuid */
  last_message_id: string | null;
  /** uuid */
  customer_read_id: string | null;
  /** uuid */
  staff_read_id: string | null;
  /** date-time */
  opened_at: string;
  /** date-time */
  changed_at: string;
  /** date-time */
  closed_at: string | null;
  desk: Desk;
  /** uuid */
  user_id: string | null;
  phone_masked: string | null;
  queue: string | null;
  /** uuid */
  agent_id: string | null;
}

export interface DeskConversations {
  data: DeskConversation[];
  /** uuid */
  next_cursor: string | null;
}

/** Everything of a conversation, oldest first, with who did what. */
export interface DeskExport {
  conversation: DeskConversation;
  messages: DeskMessage[];
  steps: DeskStep[];
  text: string;
}

/** A message as staff see it: which agent wrote it. */
export interface DeskMessage {
  /** uuid */
  id: string;
  /** uuid */
  conversation_id: string;
  author: "customer" | "staff";
  /** uuid */
  agent_id: string | null;
  channel: "portal" | "sms";
  body: string;
  attachments: AttachmentShown[];
  /** date-time */
  created_at: string;
}

export interface DeskMessages {
  data: DeskMessage[];
  /** uuid */
  next_cursor: string | null;
}

/** A step as staff see it: who took it, and who has the conversation after it. */
export interface DeskStep {
  kind: "opened" | "handed_over" | "closed" | "reopened";
  author: "customer" | "staff";
  /** uuid */
  actor_id: string | null;
  queue: string | null;
  /** uuid */
  agent_id: string | null;
  /** date-time */
  created_at: string;
}

/** What has to be known before consenting; the version is what a consent names. */
export interface Disclosure {
  version: string;
  text: string;
}

/**
 * An objection to the bill, and what was decided. `credited_cents` is what was taken off the bill, null until then;
 * the rest of `credit_cents` had been paid before and is sent back.
 */
export interface Dispute {
  number: number;
  status: "open" | "upheld" | "rejected";
  reason: string;
  /** date */
  raised_on: string;
  /** date */
  decided_on: string | null;
  decision_reason: string | null;
  /** at least 0 */
  credit_cents: number;
  /** at least 0 */
  credited_cents: number | null;
}

/** What is wrong with the bill, in your words. */
export interface DisputeEndBill {
  /** longest 1000 */
  reason: string;
}

/** What will be drawn for an instalment, and until when that can be stopped. */
export interface Draft {
  instalment_number: number;
  /** date */
  due_on: string;
  /** date */
  draft_on: string;
  amount_cents: number;
  status: "planned" | "skipped" | "drafted" | "covered" | "declined" | "cancelled";
  /** date */
  stop_through_on: string;
}

/** An early end as it was billed. */
export interface EarlyEnd {
  id: string;
  account_id: string;
  status: "billed" | "completed";
  /** date */
  returned_on: string;
  /** at least 0 */
  realized_value_cents: number;
  value_source: string;
  is_servicemember: boolean;
  orders: ServicememberOrders | null;
  charges: OptionPrice;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
}

/**
 * The charge of 12 CFR 1013.4(g) as of today, and the way to it in words.
 *
 * `owed_before_value_cents` is all of it before the vehicle's value is taken off; `charge_cents` is null while that
 * value is not known, and less by `credit_cents`: your credit with us, beyond what it pays of what is past due. A
 * servicemember who may end the lease owes `servicemember_cents`, were notice and vehicle here today: what is due, the
 * last payment for the days before today alone, and no charge. `servicemember_refund_cents` would be sent back.
 */
export interface EarlyTerminationQuote {
  account_id: string;
  /** date */
  on: string;
  /** at least 0 */
  adjusted_lease_balance_cents: number;
  /** at least 0 */
  past_due_cents: number;
  /** at least 0 */
  fees_cents: number;
  /** at least 0 */
  taxes_cents: number;
  /** at least 0 */
  owed_before_value_cents: number;
  /** at least 0 */
  realized_value_cents: number | null;
  /** at least 0 */
  credit_cents: number;
  /** at least 0 */
  charge_cents: number | null;
  /** at least 0 */
  servicemember_cents: number;
  /** at least 0 */
  servicemember_refund_cents: number;
  method: string[];
  appraisal: string;
  servicemembers: string;
  is_servicemember_on_record: boolean;
}

/** The return, the vehicle's value and where that comes from; whether a servicemember ends the lease. */
export interface EndEarly {
  /** date */
  returned_on: string;
  /** at least 0, at most 9999999 */
  miles: number;
  /** at least 0 */
  realized_value_cents: number;
  /** longest 200 */
  value_source: string;
  is_servicemember: boolean;
  orders?: ServicememberOrders | null;
}

/** Without `session_id` all sessions of the customer end. */
export interface EndSessions {
  /** uuid */
  session_id?: string | null;
  /** longest 500 */
  reason: string;
}

/** How many were open and are over now; their access tokens work for five minutes at most. */
export interface EndedSessions {
  ended: number;
}

/**
 * What a draft of the amount due takes of an instalment, where autopay is on; `due_on_before` is without the move.
 *
 * The day of a draft is the due date less the days that the enrolment names.
 */
export interface ExpectedDraft {
  instalment_number: number;
  /** date */
  due_on: string;
  /** date */
  due_on_before: string;
  /** at least 0 */
  amount_cents: number;
}

/** Everything of a conversation, oldest first; files by name and size. `text` is the same for reading. */
export interface ExportedConversation {
  conversation: Conversation;
  messages: ConversationMessage[];
  steps: ConversationStep[];
  text: string;
}

/**
 * An extension as far as it has come; it is active once accounts has appended its instalments.
 *
 * It has ended after its last day, or when the lease has. `must_accept` names every lessee: where several have one
 * role, the second is `co_borrower_2`, and each of them accepts for themselves.
 */
export interface Extension {
  id: string;
  account_id: string;
  status: "requested" | "offered" | "accepted" | "active" | "ended" | "declined" | "withdrawn" | "lapsed" | "superseded";
  terms: ExtensionTerms;
  /** date */
  offered_until_on: string | null;
  must_accept: string[];
  have_accepted: string[];
  reason: string | null;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
}

/**
 * An extension as far as it has come. While autopay is on, it draws the payments of these months too, on their due
 * dates. `autopay_enabled` is null while payments cannot be asked: unknown, not off.
 */
export interface ExtensionShown {
  id: string;
  account_id: string;
  status: "requested" | "offered" | "accepted" | "active" | "ended" | "declined" | "withdrawn" | "lapsed" | "superseded";
  terms: ExtensionTerms;
  /** date */
  offered_until_on: string | null;
  must_accept: string[];
  have_accepted: string[];
  reason: string | null;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
  autopay_enabled: boolean | null;
}

/**
 * What is offered. `new_disclosure`: 12 CFR 1013.5(b) asks for new disclosures with this extension; they are
 * `disclosures`, which else is empty. `renews`: it goes on from month to month after that.
 */
export interface ExtensionTerms {
  months: number;
  /** date */
  starts_on: string;
  /** date */
  ends_on: string;
  /** at least 0 */
  instalment_cents: number;
  /** at least 0 */
  total_cents: number;
  added_miles: number | null;
  extended_months_so_far: number;
  new_disclosure: boolean;
  disclosure: string;
  disclosures: LeaseDisclosure[];
  renews: boolean;
}

export interface Factor {
  /** uuid */
  id: string;
  kind: string;
  phone_masked: string | null;
  /** date-time */
  confirmed_at: string;
}

/** It counts once a code of it was confirmed. An app learns `secret` from `qr_svg`, or from `uri`, or by hand. */
export interface FactorAdded {
  /** uuid */
  id: string;
  kind: string;
  secret: string | null;
  uri: string | null;
  qr_svg: string | null;
  phone_masked: string | null;
}

/** One wrong field: a JSON pointer into the body, or into `/query` and `/headers`. */
export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
}

/** The flag, and the account after it. */
export interface FlaggedAccount {
  account_id: string;
  flag: AccountFlag;
  standing: Standing;
}

export interface FoundAccount {
  id: string;
  account_number: string;
  product: string;
  status: string;
  state: string | null;
  vehicle: Vehicle;
  parties: Party[];
}

/** At most 25, newest first: a vehicle may have been financed more than once, and a name borne by many. */
export interface FoundAccounts {
  data: FoundAccount[];
  next_cursor: string | null;
}

/** Every version of every month, newest first. */
export interface Furnishing {
  data: FurnishingFacts[];
  next_cursor: string | null;
}

/**
 * One version of a month's facts; the highest version counts, `reason` says why it is not the first.
 *
 * `first_delinquent_on` is the due date with which the unbroken run of lateness began that goes on at the month's end.
 * `status_code`: 11 current or less than 30 days late; 71, 78, 80, 82, 83, 84 from 30, 60, 90, 120, 150, 180 days; 97
 * charged off; 13 closed. `is_deferred`: an instalment that would have been due was put off. `rests_on_number` is the
 * last event of the account that was known.
 */
export interface FurnishingFacts {
  /** date */
  month_end_on: string;
  version: number;
  status_code: "11" | "13" | "71" | "78" | "80" | "82" | "83" | "84" | "97";
  days_past_due: number;
  /** date */
  first_delinquent_on: string | null;
  is_deferred: boolean;
  /** at least 0 */
  current_balance_cents: number;
  /** at least 0 */
  amount_past_due_cents: number;
  /** at least 0 */
  charged_off_cents: number;
  flags: string[];
  compliance_condition_code: string | null;
  rests_on_number: number;
  reason: string | null;
  recorded_by: string;
  /** date-time */
  recorded_at: string;
}

/** A word about texts: agreed to in the words of `version`, or taken back (which needs no version). */
export interface GiveConsent {
  channel: "sms";
  is_given: boolean;
  /** longest 40 */
  version?: string | null;
}

/** On which orders, how their copy reaches us, and when the vehicle comes back: within 15 days. */
export interface GiveServicememberNotice {
  basis: "called_up" | "sent_abroad" | "deployed";
  /** date */
  orders_on: string;
  /** longest 200 */
  evidence: string;
  /** date */
  return_on: string;
}

/** Which text the customer agreed to: the `version` of the offer that was shown. */
export interface GivenConsent {
  /** longest 64 */
  version: string;
}

/** To an agent (your own id takes the conversation), or back to a queue, where nobody has it. */
export interface HandOver {
  /** uuid */
  agent_id?: string | null;
  queue?: "general" | "payments" | "lease_end" | "hardship" | "titles" | null;
}

export interface Health {
  status: string;
}

/** A page of the inbox, newest first; `unread` counts all of it. */
export interface Inbox {
  data: InboxItem[];
  /** uuid */
  next_cursor: string | null;
  unread: number;
}

/** A message in the inbox, with its words as plain text. */
export interface InboxItem {
  /** uuid */
  id: string;
  /** uuid */
  account_id: string | null;
  alert: string | null;
  template: string;
  title: string;
  text: string;
  /** date-time */
  created_at: string;
  /** date-time */
  read_at: string | null;
}

/** The inspection report. `has_next_vehicle`: the lessee has another one of ours in time. */
export interface InspectVehicle {
  findings: WearFinding[];
  has_next_vehicle: boolean;
}

/** The last day on which the promised sum closes the account. */
export interface IssuePayoffQuote {
  /** date */
  good_through: string;
}

/**
 * A statement without its contents.
 *
 * `revision` above 1 is a year-end summary that was issued anew, because a payment of that year was corrected later.
 */
export interface IssuedStatement {
  id: string;
  account_id: string;
  kind: "monthly" | "year_end_interest";
  revision: number;
  /** date */
  statement_on: string;
  /** date */
  period_from_on: string;
  /** date */
  period_to_on: string;
  delivery: "electronic" | "paper";
  amount_due_cents: number | null;
  /** date */
  due_on: string | null;
  /** date-time */
  issued_at: string;
}

export interface IssuedStatements {
  data: IssuedStatement[];
  next_cursor: string | null;
}

/** A password that somebody thinks of taking, with what it must not hold. */
export interface JudgePassword {
  /** longest 1024 */
  password: string;
  email?: string | null;
  /** longest 254 */
  user_id?: string | null;
}

/** `strength` is weak, fair or strong. Where it is not acceptable, `code` and `detail` say why. */
export interface JudgedPassword {
  is_acceptable: boolean;
  strength: string;
  code: string | null;
  detail: string | null;
}

export interface LastPayment {
  amount_cents: number;
  /** date */
  effective_on: string;
}

/**
 * A lease as signed. Gross cost and reduction are null where a portfolio did not say; less it, the adjusted cost.
 *
 * `purchase_option_cents` is the price at the scheduled end with the option's fee, before official fees and tax.
 */
export interface Lease {
  account_id: string;
  term_months: number;
  gross_capitalized_cost_cents: number | null;
  capitalized_cost_reduction_cents: number | null;
  adjusted_capitalized_cost_cents: number;
  residual_cents: number;
  purchase_option_cents: number;
  purchase_option_fee_cents: number | null;
  disposition_fee_cents: number | null;
  dates: LeaseDates;
  payment: LeasePayment;
  totals: LeaseTotals;
  mileage: Mileage;
  vehicle: LeaseVehicle;
}

/** A day that matters, and why. */
export interface LeaseDate {
  code: string;
  /** date */
  on: string;
  detail: string;
}

/** First instalment as signed, and scheduled end: later than signed once extended, or once due dates have moved. */
export interface LeaseDates {
  /** date */
  first_due_on: string;
  /** date */
  ends_on: string;
}

/** One of the disclosures of Regulation M, and the paragraph that asks for it. */
export interface LeaseDisclosure {
  code: string;
  source: string;
  words: string;
}

/**
 * The options side by side: which are open today, what each costs, and the days that matter.
 *
 * `evaluated_because` names the event that led to the last evaluation. The price of buying is as of today, the others
 * are what is still to be paid until the end. `policies` says where figures come from that the contract does not hold;
 * `renewal` is there once the lease goes, or went, on from month to month.
 */
export interface LeaseEnd {
  account_id: string;
  /** date */
  ends_on: string;
  days_left: number;
  options: LeaseEndOption[];
  /** date-time */
  evaluated_at: string;
  evaluated_because: string | null;
  mileage: MileageOutlook;
  dates: LeaseDate[];
  policies: PolicySource[];
  renewal: Renewal | null;
}

/**
 * One way out of a lease. `price` is null while accounts cannot be asked, or no policy of the state is known.
 *
 * `option_id` is the id of the purchase, extension or return where this is the one under way, else null.
 */
export interface LeaseEndOption {
  option: "extension" | "buyout" | "turn_in";
  eligible: boolean;
  reasons: Reason[];
  price: OptionPrice | null;
  option_id: string | null;
}

/**
 * The options side by side. While autopay is on, it draws the payments of an extension too, and of each month that
 * is renewed, on their due dates. `autopay_enabled` is null while payments cannot be asked: unknown, not off.
 */
export interface LeaseEndShown {
  account_id: string;
  /** date */
  ends_on: string;
  days_left: number;
  options: LeaseEndOption[];
  /** date-time */
  evaluated_at: string;
  evaluated_because: string | null;
  mileage: MileageOutlook;
  dates: LeaseDate[];
  policies: PolicySource[];
  renewal: Renewal | null;
  autopay_enabled: boolean | null;
}

/** The monthly payment as disclosed (Regulation M, 12 CFR 1013.4(f)); depreciation and rent are monthly averages. */
export interface LeasePayment {
  base_payment_cents: number;
  tax_cents: number;
  payment_cents: number;
  depreciation_cents: number;
  rent_charge_cents: number;
}

/**
 * The figures of Regulation M over the whole term (12 CFR 1013.4(e) and (f)), as agreed when it was signed.
 *
 * The payments are `base_payments_cents` and `tax_cents` together; the former are depreciation and rent charge.
 */
export interface LeaseTotals {
  depreciation_cents: number;
  rent_charge_cents: number;
  base_payments_cents: number;
  tax_cents: number;
  payments_cents: number;
}

/** The leased vehicle as reported. One rated above 16,000 pounds needs no odometer statement (49 CFR 580.17). */
export interface LeaseVehicle {
  vin: string | null;
  year: number | null;
  make: string | null;
  model: string | null;
  gross_weight_rating_pounds: number | null;
}

export interface LeaseWork {
  data: LeaseWorkItem[];
  next_cursor: string | null;
}

/**
 * One way out of a lease at a step that is a person's. It goes from the list when the step is taken.
 *
 * `due_on` is when: an appointment, the return that a servicemember's notice names, the end of the lease for a
 * request, else null. `words` are the lessee's or ours.
 */
export interface LeaseWorkItem {
  kind: "extension_to_decide" | "vehicle_to_receive" | "vehicle_to_inspect" | "dispute_to_decide" | "notice_to_confirm";
  account_id: string;
  option_id: string;
  option: string;
  status: string;
  /** date-time */
  opened_at: string;
  /** date */
  due_on: string | null;
  words: string;
}

export interface Lender {
  name: string;
  phone: string;
}

export interface LetterAddress {
  line_1: string;
  line_2: string | null;
  city: string;
  state: string;
  postal_code: string;
}

/** Claim another account, as the person who has signed in. */
export interface LinkAccount {
  account_number: string;
  ssn_last4: string;
}

export interface LinkedAccount {
  /** uuid */
  id: string;
  role: string;
  account_last4: string;
}

/** The channels of one alert that nobody can change. */
export interface LockedCells {
  alert: "payment_due_soon" | "payment_confirmation" | "payment_problem" | "past_due" | "late_fee" | "statement_ready" | "autopay" | "autopay_draft" | "payoff" | "account_changes" | "lease_end" | "lease_disclosures" | "conversation" | "security";
  channels: ("email" | "sms" | "inbox")[];
}

/** Whether mails arrive: `state` is `works`, `fails` (they come back) or `no_address`. */
export interface MailStanding {
  state: string;
}

/** Postal addresses line by line, by speed; null where none is published: ask us before mailing money. */
export interface MailTo {
  regular: string[] | null;
  overnight: string[] | null;
}

/** Where letters go, in the United States. `postal_code` is five digits, or five and four. */
export interface MailingAddress {
  /** longest 100 */
  line_1: string;
  /** longest 100 */
  line_2?: string | null;
  /** longest 60 */
  city: string;
  state: string;
  postal_code: string;
}

/** The last message that you have read. */
export interface MarkRead {
  /** uuid */
  message_id: string;
}

/** The person who asks. `user_id` is what they sign in with, `phone_masked` shows the last four digits. */
export interface Me {
  /** uuid */
  id: string;
  user_id: string;
  email: string;
  email_verified: boolean;
  first_name: string;
  last_name: string;
  phone_masked: string | null;
  pending_email: string | null;
  pending_phone_masked: string | null;
  mailing_address: MailingAddress | null;
  language: string;
  accounts: LinkedAccount[];
}

/** One message without its words: `reason` says why it may go, may not, or did not. */
export interface Message {
  /** uuid */
  id: string;
  /** uuid */
  account_id: string | null;
  channel: string;
  template: string;
  state: string;
  reason: string;
  /** date-time */
  created_at: string;
  /** date-time */
  sent_at: string | null;
  /** date-time */
  delivered_at: string | null;
  decisions: MessageDecision[];
}

/** One time that a message was decided: the rule that decided, and the facts that it rested on. */
export interface MessageDecision {
  /** date-time */
  decided_at: string;
  rule: string;
  goes: boolean;
  /** date-time */
  not_before: string | null;
  facts: Record<string, unknown>;
}

/** A page of messages. */
export interface Messages {
  data: Message[];
  /** uuid */
  next_cursor: string | null;
}

export interface MethodOfAutopay {
  /** uuid */
  id: string;
  type: string;
  last4: string;
}

/**
 * With what a payment was made: one of the methods, or `cheque` for one that came by mail.
 *
 * `last4` of a cheque are of the account it is drawn on or, where the bank did not read that, of the cheque's number.
 */
export interface MethodShown {
  type: string;
  last4: string;
}

/** What the contract allows and charges; null where the portfolio did not say. */
export interface Mileage {
  allowance_miles: number | null;
  excess_mile_cents: number | null;
}

/**
 * The miles at the end, if the vehicle goes on at its own pace. Null where the contract or a reading is missing.
 *
 * `allowed_miles` is what the odometer may show at the end; `miles_per_day` has one decimal.
 */
export interface MileageOutlook {
  start_miles: number;
  last_miles: number | null;
  /** date */
  last_read_on: string | null;
  miles_per_day: string | null;
  projected_miles: number | null;
  allowed_miles: number | null;
  excess_miles: number | null;
  excess_cents: number | null;
  explanation: string;
}

/**
 * Opening balance, and every line's `moved`, of transactions and of adjustments, give the closing balance.
 *
 * `adjustments` are lines effective before this period. `bill` is None where no bill belongs to it, and
 * `paid_ahead_instalments` counts instalments that are paid before their due date.
 */
export interface MonthlyStatement {
  lender: Lender;
  contract: Contract;
  opening: Balances;
  transactions: StatementLine[];
  adjustments: StatementLine[];
  closing: Balances;
  bill: Billed | null;
  paid_ahead_instalments: number;
  paid_in_years: PaidInYear[];
  payoff: PayoffHint | null;
  mail_to: MailTo;
}

export interface NewCredential {
  /** longest 20000 */
  id: string;
  /** longest 20000 */
  rawId: string;
  type: "public-key";
  /** longest 40 */
  authenticatorAttachment?: string | null;
  clientExtensionResults?: Record<string, unknown>;
  response: Attestation;
}

/** A reading as it was recorded; one that is not plausible is taken, and looked at by a person. */
export interface OdometerReading {
  id: string;
  miles: number;
  /** date */
  read_on: string;
  source: "customer" | "staff" | "statement" | "inspection";
  is_plausible: boolean;
  /** date-time */
  recorded_at: string;
}

/** The newest day first. */
export interface OdometerReadings {
  data: OdometerReading[];
  next_cursor: string | null;
}

/** The lessee's statement before ownership passes (49 CFR 580.7), as it was signed. */
export interface OdometerStatement {
  id: string;
  printed_name: string;
  miles: number;
  certification: "actual" | "exceeds_mechanical_limits" | "not_actual";
  lessee_address: string;
  lessor_name: string;
  lessor_address: string;
  vin: string | null;
  year: number | null;
  make: string | null;
  model: string | null;
  body_type: string | null;
  notice: string;
  /** date */
  notice_on: string;
  /** date */
  received_on: string;
  /** date-time */
  signed_at: string;
}

/** A new conversation with its first message; `account_id` where it is about one of your accounts. */
export interface OpenConversation {
  topic: "payments" | "payoff" | "lease_end" | "account" | "documents" | "technical" | "other";
  /** longest 120 */
  subject: string;
  /** longest 4000 */
  body: string;
  /** uuid */
  account_id?: string | null;
}

/** A weekday on which the desk is open, with local times such as 08:00. */
export interface OpenDay {
  day: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
  opens: string;
  closes: string;
}

export interface OpenSession {
  /** longest 254 */
  user_id: string;
  /** longest 1024 */
  password: string;
  /** longest 200 */
  device?: string | null;
}

/** `expires_in` is the life of the access token in seconds. */
export interface OpenedSession {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}

/** What an option costs on a day: the total is the sum of the lines. Only a quote is a promise. */
export interface OptionPrice {
  /** date */
  on: string;
  total_cents: number;
  lines: PriceLine[];
  notes: string[];
}

/** Yes to the terms that were offered; nothing else can be said here. */
export interface OptionStep {
  accepted?: true;
}

/** What payments effective in a calendar year have paid, from `since_on`: what came before is not known to us. */
export interface PaidInYear {
  year: number;
  /** date */
  since_on: string;
  interest_cents: number;
  principal_cents: number;
  fees_cents: number;
}

/**
 * `letters` in the order in which they were written. Each is printed from the account's statement, as a PDF.
 *
 * `without_address_count` of them have not been mailed and have no address to go to.
 */
export interface PaperBatch {
  id: string;
  taken_by: string;
  /** date-time */
  taken_at: string;
  letters_count: number;
  mailed_count: number;
  /** date-time */
  printed_at: string | null;
  letters: PaperLetter[];
  without_address_count: number;
}

/**
 * A letter with what goes on its envelope.
 *
 * `mailing_address` is the first of: what the borrower wrote in their profile, what the contract says of them, and the
 * same of a co-borrower; `address_from` says which. Both are null where nobody has told us.
 */
export interface PaperLetter {
  statement_id: string;
  account_id: string;
  reason: string;
  /** date-time */
  requested_at: string;
  batch_id: string | null;
  /** date-time */
  mailed_at: string | null;
  mailed_by: string | null;
  /** date-time */
  without_address_at: string | null;
  /** date-time */
  printed_at: string | null;
  account_number: string;
  kind: "monthly" | "year_end_interest";
  /** date */
  statement_on: string;
  addressees: Addressee[];
  mailing_address: MailingAddress | null;
  address_from: "profile" | "contract" | null;
}

/**
 * `batch_id` is the batch in which somebody has taken it to print it. `printed_at`: when the archive of that batch
 * was last printed, null if the letter is not in it. `mailed_at` and `mailed_by` are null until it is mailed.
 * `without_address_at`: when an address was last looked for and none was found; while it says so, no batch takes the
 * letter, and one that has it already leaves it behind.
 */
export interface PaperMailing {
  statement_id: string;
  account_id: string;
  reason: string;
  /** date-time */
  requested_at: string;
  batch_id: string | null;
  /** date-time */
  mailed_at: string | null;
  mailed_by: string | null;
  /** date-time */
  without_address_at: string | null;
  /** date-time */
  printed_at: string | null;
}

export interface PaperMailings {
  data: PaperMailing[];
  next_cursor: string | null;
}

/**
 * Whether statements come without paper. `needs_consent`: a newer disclosure is in force and wants an answer.
 *
 * `disclosure` is the one in force; its PDF shows the code that a consent gives as `proof`.
 */
export interface Paperless {
  account_id: string;
  enabled: boolean;
  needs_consent: boolean;
  last_act: PaperlessAct | null;
  disclosure: Disclosure;
}

/** The last thing that happened to the preference. `reason` says why we suspended it ourselves. */
export interface PaperlessAct {
  act: "given" | "withdrawn" | "suspended";
  consent_version: string | null;
  reason: "mail_bounced" | null;
  /** date-time */
  recorded_at: string;
}

/** Who owes, to be asked on the telephone who they are; the last four digits are never shown. */
export interface Party {
  role: string;
  first_name: string;
  last_name: string;
}

export interface PassChallenge {
  /** longest 200 */
  challenge_id: string;
  /** longest 40 */
  code: string;
}

export interface Passkey {
  /** uuid */
  id: string;
  label: string;
  /** date-time */
  added_at: string;
  /** date-time */
  last_used_at: string | null;
}

export interface Passkeys {
  data: Passkey[];
  next_cursor: string | null;
}

/** Why nothing is drawn, in words for the customer; `resumes_on` is null where only the customer resumes it. */
export interface Pause {
  code: string;
  reason: string;
  /** date */
  resumes_on: string | null;
}

/**
 * A payment in its true state. `posted`: handed to the ledger; `applied_at`: since then it is in the balance.
 *
 * A scheduled one is sent when the day `effective_on` opens. `settled`: the bank has paid it. `returned`: the bank
 * took it back, and it is in no balance any more. `message` answers "did my payment go through" in one sentence.
 * `amount_cents` is what the account is credited with, `card_fee_cents` what is charged besides for paying by card.
 * `dated_later_because`: a payment made after the cut-off, or on a day on which banks do not work, counts from the
 * next business day.
 */
export interface Payment {
  /** uuid */
  id: string;
  /** uuid */
  account_id: string;
  status: "scheduled" | "submitting" | "posted" | "settled" | "declined" | "returned" | "unknown" | "cancelled";
  amount_cents: number;
  /** at least 0 */
  card_fee_cents: number;
  /** date */
  effective_on: string;
  dated_later_because: "after_cut_off" | "no_business_day" | null;
  /** date-time */
  applied_at: string | null;
  method: MethodShown;
  /** date-time */
  created_at: string;
  message: string;
  decline: Decline | null;
  /** date */
  settled_on: string | null;
  returned: ReturnShown | null;
  /** date */
  refunded_on: string | null;
}

/**
 * What may be shown of a method; `account_type` and `holder_name` are a bank account's, the rest a card's.
 *
 * `disabled_because` says why nothing can be paid with it any more, and is null while it can. A bank account that its
 * bank is still asked about can be debited from `debits_from_on` on.
 */
export interface PaymentMethod {
  /** uuid */
  id: string;
  type: string;
  last4: string;
  account_type?: string | null;
  holder_name?: string | null;
  brand?: string | null;
  exp_month?: number | null;
  exp_year?: number | null;
  /** date-time */
  created_at: string;
  disabled_because?: string | null;
  /** date */
  debits_from_on?: string | null;
}

/** `consent_offer` is the text to agree to when another one is added. */
export interface PaymentMethods {
  data: PaymentMethod[];
  consent_offer: ConsentOffer;
  next_cursor: string | null;
}

/**
 * What to show before a payment is made. A payment made now counts from `effective_on`.
 *
 * It is later than today where `dated_later_because` says so. `card_fee_cents` is charged on top of a payment by
 * card; from a bank account nothing is. A later payment is dated from `first_scheduled_on` to `last_scheduled_on`, on
 * business days.
 */
export interface PaymentOptions {
  /** uuid */
  account_id: string;
  cards_accepted: boolean;
  /** at least 0 */
  card_fee_cents: number;
  /** date */
  effective_on: string;
  dated_later_because: "after_cut_off" | "no_business_day" | null;
  /** date */
  first_scheduled_on: string;
  /** date */
  last_scheduled_on: string;
}

/** Money on its way back. `paid`: handed to the bank or the card's network; `failed`: a person has to act. */
export interface PaymentRefund {
  /** uuid */
  id: string;
  /** uuid */
  payment_id: string;
  /** uuid */
  account_id: string;
  amount_cents: number;
  status: "requested" | "unknown" | "paid" | "failed" | "cancelled";
  /** date-time */
  created_at: string;
}

/** Something that a person has to look at; `details` are plain facts, by `reason`. */
export interface PaymentWorkItem {
  /** uuid */
  id: string;
  /** uuid */
  account_id: string;
  /** uuid */
  payment_id: string | null;
  reason: string;
  details: Record<string, unknown>;
  /** date-time */
  opened_at: string;
}

export interface PaymentWorkItems {
  data: PaymentWorkItem[];
  next_cursor: string | null;
}

export interface Payments {
  data: Payment[];
  next_cursor: string | null;
}

/** The payoff is the sum of the first four, less the credit. */
export interface PayoffBreakdown {
  /** at least 0 */
  principal_cents: number;
  /** at least 0 */
  interest_cents: number;
  /** at least 0 */
  fees_cents: number;
  /** at least 0 */
  other_cents: number;
  /** at least 0 */
  credit_cents: number;
}

/** What would have closed the loan on the day of the statement. No promise: ask for a quote. */
export interface PayoffHint {
  payoff_cents: number;
  per_diem: string;
  /** date */
  as_of_on: string;
}

/**
 * What closes the account when the money is effective by `good_through`, as things stand.
 *
 * `per_diem` is in dollars with four decimals: what each day after `good_through` adds. `explanation` holds every part
 * with its amount and a sentence.
 */
export interface PayoffPreview {
  account_id: string;
  kind: "payoff" | "lease_purchase" | "early_termination";
  /** at least 0 */
  payoff_cents: number;
  per_diem: string;
  /** date */
  as_of_on: string;
  /** date */
  good_through: string;
  breakdown: PayoffBreakdown;
  explanation: Record<string, unknown>;
  includes_pending_payments: boolean;
  mail_to: MailTo;
}

/**
 * A promise: `payoff_cents` effective by `good_through` closes the account, unless it is withdrawn before.
 *
 * `received_cents` of it has been paid since it was given.
 */
export interface PayoffQuote {
  account_id: string;
  kind: "payoff" | "lease_purchase" | "early_termination";
  /** at least 0 */
  payoff_cents: number;
  per_diem: string;
  /** date */
  as_of_on: string;
  /** date */
  good_through: string;
  breakdown: PayoffBreakdown;
  explanation: Record<string, unknown>;
  includes_pending_payments: boolean;
  mail_to: MailTo;
  id: string;
  status: "live" | "met" | "withdrawn" | "expired";
  withdrawn_reason: "drift_beyond_limit" | "counted_payment_returned" | null;
  /** at least 0 */
  received_cents: number;
  /** date-time */
  issued_at: string;
}

/** A payment that was accepted, is on its way or scheduled, and is not in the balance yet. */
export interface PendingPayment {
  /** uuid */
  id: string;
  amount_cents: number;
  /** date */
  effective_on: string;
  status: string;
}

/** Where the figures that are policy and not contract come from. */
export interface PolicySource {
  subject: string;
  source: string;
}

/** Where money that comes by mail goes, by product, purpose and speed. */
export interface PostalAddress {
  product: "loan" | "lease";
  purpose: "payment" | "payoff" | "lease_purchase";
  speed: "regular" | "overnight";
  lines: string[];
}

/** The account's addresses; one that is not listed is not published: ask us before mailing money. */
export interface PostalAddresses {
  data: PostalAddress[];
  note: string;
}

/** One part of a price; what is taken off is negative. */
export interface PriceLine {
  code: string;
  description: string;
  amount_cents: number;
}

/** RFC 9457. `code` is stable; `detail` says what to do next; `money_moved` is there on routes that move money. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  money_moved?: "no" | "yes" | "unknown";
  errors?: FieldProblem[];
}

/** The six digits of a text. */
export interface ProveCode {
  code: string;
}

/** What a person wants from now on. What is left out has its default. */
export interface PutAlerts {
  matrix: WantedMatrix;
  due_soon_days?: (10 | 7 | 5 | 3 | 1)[];
}

/**
 * What is drawn, from where and when; every choice that is left out has its default.
 *
 * `day_offset` is days before the due date, 0 to -10; the draft is on the business day on or before that.
 */
export interface PutAutopay {
  /** uuid */
  payment_method_id: string;
  /** at least -10, at most 0 */
  day_offset?: number;
  /** at least 100 */
  fixed_amount_cents?: number | null;
  /** at least 0 */
  extra_principal_cents?: number;
  /** at least 100 */
  maximum_cents?: number | null;
  consent: GivenConsent;
}

/** To agree: the version of the disclosure, and the code that its PDF shows. To take it back: neither. */
export interface PutPaperless {
  enabled: boolean;
  /** longest 40 */
  consent_version?: string | null;
  /** longest 40 */
  proof?: string | null;
}

/** Why an option is closed: a stable code, a sentence, and what would open it. */
export interface Reason {
  code: string;
  detail: string;
  what_would_change_it: string;
}

/**
 * A mailed cheque. `account_number` is what stood on it, `payment_id` what it became once it was booked.
 *
 * `waits_because`: no number could be read, no account has it, or the same cheque has come before.
 */
export interface Receipt {
  /** uuid */
  id: string;
  status: "booked" | "waiting" | "sent_back";
  waits_because: "no_account_number" | "unknown_account" | "same_cheque" | null;
  /** date */
  received_on: string;
  amount_cents: number;
  account_number: string | null;
  cheque_number: string;
  drawn_on_last4: string | null;
  remitter: string | null;
  file_name: string;
  line: number;
  /** uuid */
  payment_id: string | null;
  /** date-time */
  decided_at: string | null;
  note: string | null;
}

export interface Receipts {
  data: Receipt[];
  next_cursor: string | null;
}

/** When the vehicle came back, and the miles that the odometer shows. */
export interface ReceiveVehicle {
  /** date */
  returned_on: string;
  /** at least 0, at most 9999999 */
  miles: number;
}

/** Whole miles as the odometer shows them, without tenths; today where no date is given. */
export interface RecordOdometerReading {
  /** at least 0, at most 9999999 */
  miles: number;
  /** date */
  read_on?: string | null;
}

/** The title went out; `reference` finds it again with whoever carries it. */
export interface RecordTitleRelease {
  /** date */
  released_on: string;
  /** longest 100 */
  reference: string;
}

/** The same for everybody: whether the address is known shows only in the mailbox. */
export interface Recovery {
  status: string;
}

/** Each works once in place of the second factor. They are shown now and never again; empty where there are some. */
export interface RecoveryCodes {
  recovery_codes: string[];
}

export interface RefreshSession {
  /** longest 200 */
  refresh_token: string;
}

/** Why the payment goes back, for the record. */
export interface RefundPayment {
  /** longest 200 */
  reason: string;
}

/** `language` is that of our messages; without it the browser's counts (Accept-Language), else English. */
export interface Register {
  account_number: string;
  /** longest 100 */
  first_name: string;
  /** longest 100 */
  last_name: string;
  email: string;
  ssn_last4: string;
  /** longest 1024 */
  password: string;
  /** longest 254 */
  user_id?: string | null;
  /** longest 40 */
  accepted_terms: string;
  language?: "en" | "es" | null;
}

/** Where a partner wants to be called, and for which events, by their names. */
export interface RegisterWebhook {
  /** longest 2000 */
  url: string;
  events: string[];
  /** longest 200 */
  description?: string;
}

/** The same for everybody: whether anything matched shows only in the mailbox. */
export interface Registration {
  status: string;
}

/**
 * A lease that goes on from month to month; `extension_id` is the extension that agreed to it.
 *
 * `months` were begun so far. The next one is begun on `renews_on`, unless notice is given before that day; a lease of
 * which it is null ends on `lease_ends_on`.
 */
export interface Renewal {
  extension_id: string;
  account_id: string;
  status: "running" | "ended";
  /** date */
  agreed_on: string;
  months: number;
  /** date */
  lease_ends_on: string;
  /** date */
  renews_on: string | null;
  /** date */
  ended_on: string | null;
  ended_because: "notice" | "vehicle_returned" | "account_closed" | "not_renewed" | null;
}

/**
 * A lease that goes on from month to month. While autopay is on, it draws each month that is begun on its due date.
 * `autopay_enabled` is null while payments cannot be asked: unknown, not off.
 */
export interface RenewalShown {
  extension_id: string;
  account_id: string;
  status: "running" | "ended";
  /** date */
  agreed_on: string;
  months: number;
  /** date */
  lease_ends_on: string;
  /** date */
  renews_on: string | null;
  /** date */
  ended_on: string | null;
  ended_because: "notice" | "vehicle_returned" | "account_closed" | "not_renewed" | null;
  autopay_enabled: boolean | null;
}

/** All that failed for good at this instant or later. */
export interface ReplayFailed {
  /** date-time */
  failed_since: string;
}

/** How many will be sent again. */
export interface Replayed {
  count: number;
}

/** One to six months. `renews`: month to month, one month at a time until a lessee gives notice. */
export interface RequestExtension {
  /** at least 1, at most 6 */
  months: number;
  renews?: boolean;
}

/** Ask for a link to a new password, mailed to the address on file. */
export interface RequestPasswordReset {
  email: string;
}

/** Ask for the user ID, mailed to the address on file. */
export interface RequestUserIdReminder {
  email: string;
}

/** `token` is the one in the mailed link. */
export interface ResetPassword {
  /** longest 200 */
  token: string;
  /** longest 1024 */
  password: string;
}

/** `reason` says how the customer has proven who they are. */
export interface ResetSecondFactor {
  /** longest 500 */
  reason: string;
}

/** On which account a waiting cheque is booked; the note stays with the cheque. */
export interface ResolveReceipt {
  /** uuid */
  account_id: string;
  /** longest 500 */
  note?: string | null;
}

/** Why a bank sent a payment back, and what happens next; `present_again_on` is null where nothing more is tried. */
export interface ReturnShown {
  code: string;
  reason: string;
  next_step: string;
  /** date */
  returned_on: string;
  /** date */
  present_again_on: string | null;
}

export interface ReversePayment {
  /** longest 64 */
  payment_id: string;
  /** at least 1 */
  presentment_number?: number;
  /** longest 500 */
  reason: string;
}

export interface Schedule {
  account_id: string;
  product: string;
  /** date */
  maturity_on: string;
  data: ScheduleRow[];
  as_of: AsOf;
}

/**
 * What a move of due dates does; with `is_preview` nothing has moved.
 *
 * `approval`: others have to agree first (GET /v1/me/approvals). The figures are what the move does then; it is made
 * with the last agreement, and never for more interest than is shown here.
 *
 * `added_interest_cents` is what today's principal costs from the old due date of the first moved instalment to the
 * new one, with the arithmetic in `explanation`; the interest to come is that of the whole schedule, each instalment
 * paid on its due date. The moved instalments are not late, and are reported to credit bureaus as current, while
 * they wait. A lease bears no interest for waiting.
 */
export interface ScheduleChange {
  account_id: string;
  kind: "due_date_change" | "deferment";
  is_preview: boolean;
  from_instalment: number;
  /** date */
  due_on_before: string;
  /** date */
  due_on: string;
  /** date */
  maturity_on_before: string;
  /** date */
  maturity_on: string;
  /** at least 0 */
  added_interest_cents: number;
  /** at least 0 */
  interest_to_come_before_cents: number;
  /** at least 0 */
  interest_to_come_cents: number;
  explanation: Record<string, unknown>;
  schedule: ScheduleRow[];
  next_drafts: ExpectedDraft[];
  approval: AwaitedChange | null;
}

/** One instalment to come; `paid_cents` is what it has received already. Advisory: the split follows real dates. */
export interface ScheduleRow {
  number: number;
  /** date */
  due_on: string;
  payment_cents: number;
  paid_cents: number;
  interest_cents: number;
  principal_cents: number;
  tax_cents: number;
  balance_cents: number;
  is_past_due: boolean;
}

/** An appointment at a dealer, no later than the last day of the lease. `wear` is the self-check. */
export interface ScheduleTurnIn {
  /** longest 120 */
  dealer_name: string;
  /** date */
  appointment_on: string;
  wear?: WearFinding[];
}

/** The password was right; `challenge_id` and a code open the session. `methods` says which codes are taken. */
export interface SecondFactorAsked {
  mfa_required: boolean;
  challenge_id: string;
  methods: string[];
}

/** What was removed, and how many sessions ended with it. The password is as before. */
export interface SecondFactorReset {
  factors_removed: number;
  passkeys_removed: number;
  sessions_ended: number;
}

/** `mfa_enabled`: signing in with the password asks for one of them. */
export interface SecondFactors {
  mfa_enabled: boolean;
  factors: Factor[];
  recovery_codes_left: number;
}

/** Why a cheque goes back to who sent it. */
export interface SendReceiptBack {
  /** longest 500 */
  note: string;
}

/** A notice, and what came of it: `billed` once the vehicle is here and staff have ended the lease. */
export interface ServicememberNotice {
  id: string;
  account_id: string;
  status: "noticed" | "billed" | "completed" | "withdrawn" | "lapsed" | "superseded";
  basis: "called_up" | "sent_abroad" | "deployed";
  /** date */
  orders_on: string;
  /** date */
  noticed_on: string;
  evidence: string;
  /** date */
  return_on: string;
  /** date */
  return_by_on: string;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
}

/**
 * The orders on which a servicemember ends a lease (50 USC 3955): for 180 days or more, or out of the country.
 *
 * `noticed_on` is when their written notice came; `evidence` says where the copy of the orders is kept.
 */
export interface ServicememberOrders {
  basis: "called_up" | "sent_abroad" | "deployed";
  /** date */
  orders_on: string;
  /** date */
  noticed_on: string;
  /** longest 200 */
  evidence: string;
}

export interface Session {
  /** uuid */
  id: string;
  device: string | null;
  /** date-time */
  opened_at: string;
  /** date-time */
  last_used_at: string;
  /** date-time */
  expires_at: string;
  is_current: boolean;
}

export interface Sessions {
  data: Session[];
  /** uuid */
  next_cursor: string | null;
}

/** A servicemember's flag is set from the day of the call-up: a loan made before bears at most 6 % from then on. */
export interface SetAccountFlag {
  kind: "servicemember" | "bankruptcy" | "deceased" | "dispute" | "cease_contact";
  /** date */
  from_on: string;
  /** date */
  through_on?: string | null;
  /** longest 500 */
  note: string;
}

/** Whole miles without tenths; `printed_name` is the signature, `certification` says what the miles are worth. */
export interface SignOdometerStatement {
  /** longest 200 */
  printed_name: string;
  /** longest 300 */
  lessee_address: string;
  /** at least 0, at most 9999999 */
  miles: number;
  certification: "actual" | "exceeds_mechanical_limits" | "not_actual";
  /** longest 60 */
  body_type?: string | null;
}

/** A JWK set (RFC 7517), public parts only. */
export interface SigningKeys {
  keys: (Record<string, unknown>)[];
}

/** Which draft: the next one that can still be stopped, or that of one instalment. */
export interface SkipDraft {
  /** at least 1 */
  instalment_number?: number | null;
}

/** The words to agree to before texts are sent. */
export interface SmsConsentOffer {
  version: string;
  text: string;
}

/** `on_behalf_of` is the customer whose method is charged, and who must hold the account. */
export interface StaffPayment {
  /** at least 100 */
  amount_cents: number;
  /** uuid */
  payment_method_id: string;
  extra?: "principal" | "paid_ahead" | null;
  /** uuid */
  quote_id?: string | null;
  /** date */
  on?: string | null;
  pay_anyway?: boolean;
  /** at least 0 */
  card_fee_cents?: number;
  /** uuid */
  on_behalf_of: string;
}

/** What an account owes on the day it was asked, or told; the same in every event and in `get_standing`. */
export interface Standing {
  status: "open" | "paid_off" | "closed" | "charged_off";
  /** at least 0 */
  amount_due_cents: number;
  /** at least 0 */
  past_due_cents: number;
  /** date */
  next_due_on: string | null;
  next_instalment_number: number | null;
  days_past_due: number;
  /** at least 0 */
  payoff_ceiling_cents: number;
  payments_made: number;
}

/** Who buys, and the last day on which the money may come; a few days from now where none is given. */
export interface StartBuyout {
  /** date */
  good_through?: string | null;
  buyer?: "lessee" | "dealer" | "third_party";
}

/** A statement as it was issued: its contents are in the field of its kind, the other one is null. */
export interface Statement {
  id: string;
  account_id: string;
  kind: "monthly" | "year_end_interest";
  revision: number;
  /** date */
  statement_on: string;
  /** date */
  period_from_on: string;
  /** date */
  period_to_on: string;
  delivery: "electronic" | "paper";
  amount_due_cents: number | null;
  /** date */
  due_on: string | null;
  /** date-time */
  issued_at: string;
  monthly: MonthlyStatement | null;
  year_end_interest: YearEndInterest | null;
}

/**
 * One event of the account with its arithmetic, and what it has moved since the statement before.
 *
 * `corrects` says that an earlier statement had shown it otherwise; `moved` is then the difference. `explanation`
 * holds days, per diem, rate and the steps of the waterfall as data, and as `sentence` in words.
 */
export interface StatementLine {
  transaction_id: string | null;
  kind: string;
  /** date */
  effective_on: string;
  payment_id: string | null;
  method_type: string | null;
  method_last4: string | null;
  amount_cents: number;
  allocation: Allocation;
  instalments: number[];
  moved: Balances;
  corrects: boolean;
  explanation: Record<string, unknown>;
}

/** The vehicle by what names it. */
export interface StatementVehicle {
  vin: string | null;
  year: number | null;
  make: string | null;
  model: string | null;
}

/** A step of the return; `on` is when it is due, `done_on` when it was taken. */
export interface Step {
  code: string;
  detail: string;
  /** date */
  on: string | null;
  /** date */
  done_on: string | null;
}

/** `code` for who has a second factor, else `password`. */
export interface StepUp {
  /** longest 1024 */
  password?: string | null;
  /** longest 40 */
  code?: string | null;
}

/** The session's new access token. The refresh token stays as it is. */
export interface SteppedUp {
  access_token: string;
  token_type: string;
  expires_in: number;
}

/** What the customer said, for the record; with `ends_autopay` no draft is drawn any more. */
export interface StopDraft {
  /** at least 1 */
  instalment_number?: number | null;
  ends_autopay?: boolean;
  /** longest 500 */
  note: string;
}

/**
 * Pay now, or `on` a business day to come. `extra` says what becomes of money beyond what is due.
 *
 * The account's own rule where `extra` is left out. A payment of what is paid already is refused as
 * `instalment_already_covered`, unless it has `extra`, `quote_id` or `pay_anyway`.
 */
export interface SubmitPayment {
  /** at least 100 */
  amount_cents: number;
  /** uuid */
  payment_method_id: string;
  extra?: "principal" | "paid_ahead" | null;
  /** uuid */
  quote_id?: string | null;
  /** date */
  on?: string | null;
  pay_anyway?: boolean;
  /** at least 0 */
  card_fee_cents?: number;
}

/** Where mail goes, line by line: payments, payoffs, proofs of insurance, titles; null where none is published. */
export interface SupportAddresses {
  regular: string[];
  overnight: string[];
  payoff: string[];
  insurance: string[] | null;
  title: string[] | null;
}

/** How to reach a person. `email` is null where the company has published none; `live_chat` is the path of it. */
export interface SupportContact {
  company: string;
  phone: string;
  email: string | null;
  live_chat: string;
  hours: SupportHours;
  mail_to: SupportAddresses;
  note: string;
}

/** When somebody is there: now, next, and by weekday in the company's zone; `closed_on` are holidays to come. */
export interface SupportHours {
  is_open: boolean;
  /** date-time */
  opens_at: string | null;
  /** date-time */
  closes_at: string | null;
  time_zone: string;
  days: OpenDay[];
  closed_on: string[];
}

/** The oldest letters that nobody has taken yet, at most so many; none that has been set aside. */
export interface TakePaperBatch {
  /** at least 1, at most 50 */
  limit?: number;
}

/**
 * How many letters are in the batch, and how many of them have been mailed. `printed_at`: when its archive was
 * last printed, null until then.
 */
export interface TakenPaperBatch {
  id: string;
  taken_by: string;
  /** date-time */
  taken_at: string;
  letters_count: number;
  mailed_count: number;
  /** date-time */
  printed_at: string | null;
}

/** Which way to try. */
export interface TestAlerts {
  channel: "email" | "sms" | "inbox";
}

/** The message that was written, and whether it goes: `reason` is the rule that decided. */
export interface TestedAlerts {
  /** uuid */
  message_id: string;
  channel: string;
  is_sent: boolean;
  reason: string;
  explanation: string;
}

/** Have a code texted for this challenge. */
export interface TextChallenge {
  /** longest 200 */
  challenge_id: string;
}

/** To which number, as far as it is shown. */
export interface Texted {
  phone_masked: string;
}

/** Whether texts can go: `state` is `agreed`, `not_agreed`, `stopped` (by STOP), `number_fails` or `no_number`. */
export interface TextsStanding {
  state: string;
  number_masked: string | null;
  /** date-time */
  changed_at: string | null;
  consent_offer: SmsConsentOffer;
}

/** `due_on` counts from good funds; `source` says by which policy. The last three are null until it went out. */
export interface TitleRelease {
  account_id: string;
  account_number: string;
  state: string | null;
  /** date */
  good_funds_on: string;
  /** date */
  due_on: string;
  source: string;
  is_overdue: boolean;
  /** date */
  released_on: string | null;
  released_by: string | null;
  reference: string | null;
}

export interface TitleReleases {
  data: TitleRelease[];
  next_cursor: string | null;
}

/** A step of the way to the title; `done_on` is null until it is taken. */
export interface TitleStep {
  code: string;
  detail: string;
  /** date */
  done_on: string | null;
}

/**
 * One event of the account; `revision` above 1 says that an earlier event, found later, changed its split.
 *
 * `explanation` holds the arithmetic as data, and as `sentence` in words. `fee_id` is what a waiver names.
 */
export interface Transaction {
  id: string;
  kind: "payment" | "payment_held" | "payment_reversed" | "credit_used" | "late_fee" | "returned_payment_fee" | "other_fee" | "late_fee_reversed" | "fee_waived" | "rate_changed" | "due_date_changed" | "instalments_deferred" | "accelerated" | "bill" | "payoff_drift" | "charged_off" | "recovery" | "refund_due" | "lease_ended" | "lease_end_billed" | "lease_extended";
  payment_id: string | null;
  method_type: string | null;
  method_last4: string | null;
  fee_id: string | null;
  /** date */
  effective_on: string;
  /** date-time */
  recorded_at: string;
  amount_cents: number;
  allocation: Allocation;
  instalments: number[];
  revision: number;
  explanation: Record<string, unknown>;
}

export interface Transactions {
  data: Transaction[];
  next_cursor: string | null;
}

/** A return under way. `estimate` is not binding; `end_bill` is what the inspection found, once there is one. */
export interface TurnIn {
  id: string;
  account_id: string;
  status: "scheduled" | "returned" | "billed" | "completed" | "cancelled" | "superseded";
  dealer_name: string;
  /** date */
  appointment_on: string;
  /** date */
  returned_on: string | null;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
  steps: Step[];
  documents: string[];
  wear: AssessedWear[];
  estimate: OptionPrice;
  end_bill: OptionPrice | null;
  /** date */
  dispute_until_on: string | null;
  disputes: Dispute[];
  odometer_statement_required: boolean | null;
  odometer_notice: string;
  odometer_statement: OdometerStatement | null;
}

/** `credential` is the browser's `PublicKeyCredential.toJSON()`. */
export interface UsePasskey {
  credential: UsedCredential;
  /** longest 200 */
  device?: string | null;
}

export interface UsedCredential {
  /** longest 20000 */
  id: string;
  /** longest 20000 */
  rawId: string;
  type: "public-key";
  /** longest 40 */
  authenticatorAttachment?: string | null;
  clientExtensionResults?: Record<string, unknown>;
  response: Assertion;
}

/** The vehicle as reported; the weight is the manufacturer's gross vehicle weight rating. */
export interface Vehicle {
  vin: string | null;
  year: number | null;
  make: string | null;
  model: string | null;
  gross_weight_rating_pounds: number | null;
}

export interface VerifyEmail {
  /** longest 200 */
  token: string;
}

export interface WaiveFee {
  /** longest 64 */
  fee_id: string;
  /** longest 500 */
  reason: string;
}

export interface WantedMatrix {
  payment_due_soon?: AlertCells;
  payment_confirmation?: AlertCells;
  payment_problem?: AlertCells;
  past_due?: AlertCells;
  late_fee?: AlertCells;
  statement_ready?: AlertCells;
  autopay?: AlertCells;
  autopay_draft?: AlertCells;
  payoff?: AlertCells;
  account_changes?: AlertCells;
  lease_end?: AlertCells;
  lease_disclosures?: AlertCells;
  conversation?: AlertCells;
  security?: AlertCells;
}

/** Something on the vehicle: the largest inches of it (of tread, its depth) as text such as "4.5", and how many. */
export interface WearFinding {
  item: "body_mark" | "glass_crack" | "chip" | "tire_tread";
  inches: string;
  /** at least 1, at most 100 */
  count?: number;
}

/**
 * An endpoint of a partner.
 *
 * `disabled_reason` is `by_staff`, `gone` (it answered 410) or `failing` (nothing arrived for days). `failing_since`
 * is there while calls fail, `paused_until` while it is left alone for failing. Until `previous_secret_until` the
 * secret before the last rotation signs too.
 */
export interface Webhook {
  /** uuid */
  id: string;
  url: string;
  events: string[];
  description: string;
  state: "active" | "disabled";
  disabled_reason: string | null;
  /** date-time */
  disabled_at: string | null;
  failures_in_row: number;
  /** date-time */
  failing_since: string | null;
  /** date-time */
  paused_until: string | null;
  /** date-time */
  previous_secret_until: string | null;
  /** date-time */
  created_at: string;
}

export interface WebhookDeliveries {
  data: WebhookDelivery[];
  /** uuid */
  next_cursor: string | null;
}

/**
 * One event on its way to one endpoint. `last_error` is a stable word, null where the last call was answered 2xx.
 *
 * `waiting` will be tried at `next_try_at`; `failed` has been tried for the last time, and can be replayed.
 */
export interface WebhookDelivery {
  /** uuid */
  id: string;
  /** uuid */
  event_id: string;
  type: string;
  state: "waiting" | "delivered" | "failed";
  tries: number;
  /** date-time */
  next_try_at: string | null;
  /** date-time */
  last_tried_at: string | null;
  last_status: number | null;
  last_error: string | null;
  /** date-time */
  created_at: string;
  /** date-time */
  settled_at: string | null;
}

/** `secret` is shown this once; hand it to the partner on a safe way. */
export interface WebhookWithSecret {
  /** uuid */
  id: string;
  url: string;
  events: string[];
  description: string;
  state: "active" | "disabled";
  disabled_reason: string | null;
  /** date-time */
  disabled_at: string | null;
  failures_in_row: number;
  /** date-time */
  failing_since: string | null;
  /** date-time */
  paused_until: string | null;
  /** date-time */
  previous_secret_until: string | null;
  /** date-time */
  created_at: string;
  secret: string;
}

export interface Webhooks {
  data: Webhook[];
  /** uuid */
  next_cursor: string | null;
}

/**
 * `details` is plain data about the reason. The last three are null while it is open; what is about a business day
 * and no account has empty texts for `account_id` and `account_number`.
 */
export interface WorkItem {
  id: string;
  account_id: string;
  account_number: string;
  reason: string;
  details: Record<string, unknown>;
  /** date-time */
  opened_at: string;
  /** date-time */
  closed_at: string | null;
  closed_by: string | null;
  closing_note: string | null;
}

export interface WorkItems {
  data: WorkItem[];
  next_cursor: string | null;
}

/** The words, and the ids of files that you uploaded to the conversation before. */
export interface WriteMessage {
  /** longest 4000 */
  body: string;
  attachment_ids?: string[];
}

/** Interest that payments effective in the calendar year have paid, whenever they were posted. */
export interface YearEndInterest {
  lender: Lender;
  contract: Contract;
  paid: PaidInYear;
  payments: number;
  rule: string;
}

/** Every operation: what it takes, and by status what it answers. */
export interface Operations {
  /** Call the whole balance of a loan due */
  accelerateBalance: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/acceleration";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: AccelerateBalance;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "balance_not_confirmed" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Accept the terms as one of the lessees */
  acceptExtension: {
    method: "POST";
    url: "/v1/leases/{account_id}/extensions/{extension_id}/acceptance";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      extension_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: OptionStep;
    answers: {
      200: ExtensionShown;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "not_a_lessee">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Add a second factor */
  addFactor: {
    method: "POST";
    url: "/v1/me/mfa/factors";
    body: AddFactor;
    answers: {
      201: FactorAdded;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "factor_exists">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "phone_missing">;
      429: Refused<429, "too_many_requests" | "too_many_texts">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Add the passkey that the browser made */
  addPasskey: {
    method: "POST";
    url: "/v1/me/passkeys";
    body: AddPasskey;
    answers: {
      201: Passkey;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "passkey_not_right" | "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Add a bank account, or a card by the processor's token */
  addPaymentMethod: {
    method: "POST";
    url: "/v1/payment-methods";
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: AddPaymentMethod;
    answers: {
      201: PaymentMethod;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_expired" | "card_number_refused" | "card_token_unknown" | "cards_not_accepted" | "consent_not_current" | "consent_required" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Answer a customer */
  answerConversation: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/messages";
    path: {
      /** uuid */
      conversation_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: WriteMessage;
    answers: {
      201: DeskMessage;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "conversation_closed" | "conversation_full" | "conversation_without_reader" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "attachment_not_usable" | "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Charge a fee that the contract allows */
  assessFee: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/fees";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: AssessFee;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "fee_stopped" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "fee_above_cap" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Charge the late fee of one instalment */
  assessLateFee: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/late-fees";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: AssessLateFee;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "late_fee_already_assessed" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "late_fee_not_chargeable">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Begin to add a passkey */
  beginAddingPasskey: {
    method: "POST";
    url: "/v1/me/passkeys/options";
    answers: {
      200: Ceremony;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      409: Refused<409, "too_many_passkeys">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Write to a customer first */
  beginConversation: {
    method: "POST";
    url: "/v1/staff/conversations";
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: BeginConversation;
    answers: {
      201: DeskConversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress" | "too_many_conversations">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Begin to sign in with a passkey */
  beginPasskeySession: {
    method: "POST";
    url: "/v1/sessions/passkey/options";
    answers: {
      200: Ceremony;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Choose another way after all */
  cancelBuyout: {
    method: "DELETE";
    url: "/v1/leases/{account_id}/buyouts/{buyout_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      buyout_id: string;
    };
    answers: {
      200: Buyout;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Cancel a scheduled payment */
  cancelPayment: {
    method: "DELETE";
    url: "/v1/payments/{payment_id}";
    path: {
      /** uuid */
      payment_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: Payment;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "payment_not_cancellable" | "request_in_progress">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Give the appointment up */
  cancelTurnIn: {
    method: "DELETE";
    url: "/v1/leases/{account_id}/turn-ins/{turn_in_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    answers: {
      200: TurnIn;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "option_step_not_possible">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Change the due date for a customer, or preview it */
  changeAccountDueDate: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/due-date-changes";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: ChangeAccountDueDate;
    answers: {
      200: ScheduleChange;
      202: ScheduleChange;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "account_past_due" | "change_limit_reached" | "no_instalment_to_move" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "due_day_unchanged" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Pay on another day of the month, or see what that would do */
  changeDueDate: {
    method: "POST";
    url: "/v1/accounts/{account_id}/due-date-changes";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: ChangeDueDate;
    answers: {
      200: ScheduleChange;
      202: ScheduleChange;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "account_past_due" | "change_limit_reached" | "no_instalment_to_move" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "due_day_unchanged" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Change your password */
  changePassword: {
    method: "POST";
    url: "/v1/me/password";
    body: ChangePassword;
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "current_password_wrong" | "invalid_request">;
      429: Refused<429, "too_many_attempts" | "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Let a loan bear another rate from a date on */
  changeRate: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/rate-changes";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ChangeRate;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Change a webhook, disable it or switch it on again */
  changeWebhook: {
    method: "PATCH";
    url: "/v1/staff/webhooks/{webhook_id}";
    path: {
      /** uuid */
      webhook_id: string;
    };
    headers: {
      /** The ETag of the state that you change; 412 where it is another one by now. */
      "If-Match": string;
    };
    body: ChangeWebhook;
    answers: {
      200: Webhook;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      412: Refused<412, "precondition_failed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      428: Refused<428, "precondition_required">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Give up in the books what an account owes */
  chargeOff: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/charge-off";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ChargeOffAccount;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "balance_not_confirmed" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Clear a flag */
  clearAccountFlag: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/flags/clear";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ClearAccountFlag;
    answers: {
      200: FlaggedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "flag_not_set" | "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "flag_dates_wrong" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A person has looked at a notice */
  closeAchNotice: {
    method: "POST";
    url: "/v1/staff/ach-notices/{notice_id}/close";
    path: {
      /** uuid */
      notice_id: string;
    };
    body: CloseAchNotice;
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_number_refused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Close a conversation */
  closeConversation: {
    method: "POST";
    url: "/v1/support/conversations/{conversation_id}/close";
    path: {
      /** uuid */
      conversation_id: string;
    };
    answers: {
      200: Conversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Close a conversation */
  closeDeskConversation: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/close";
    path: {
      /** uuid */
      conversation_id: string;
    };
    answers: {
      200: DeskConversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A person has looked */
  closePaymentWorkItem: {
    method: "POST";
    url: "/v1/staff/payment-work-items/{work_item_id}/close";
    path: {
      /** uuid */
      work_item_id: string;
    };
    body: ClosePaymentWorkItem;
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_number_refused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Close a session, or `current` for this one */
  closeSession: {
    method: "DELETE";
    url: "/v1/sessions/{session}";
    path: {
      session: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Close a work item with a note */
  closeWorkItem: {
    method: "POST";
    url: "/v1/staff/work-items/{work_item_id}/close";
    path: {
      /** uuid */
      work_item_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: CloseWorkItem;
    answers: {
      200: WorkItem;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress" | "work_item_closed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Confirm a second factor with a first code */
  confirmFactor: {
    method: "POST";
    url: "/v1/me/mfa/factors/{factor_id}/confirm";
    path: {
      /** uuid */
      factor_id: string;
    };
    body: ConfirmFactor;
    answers: {
      200: RecoveryCodes;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "code_not_right" | "invalid_request">;
      429: Refused<429, "too_many_attempts" | "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Correct what was furnished for a month */
  correctFurnishing: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/furnishing-corrections";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: CorrectFurnishing;
    answers: {
      200: FurnishingFacts;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "month_not_frozen" | "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Accept or decline a change */
  decideApproval: {
    method: "POST";
    url: "/v1/me/approvals";
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: DecideApproval;
    answers: {
      200: DecidedApproval;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "not_a_lessee">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "account_past_due" | "approval_closed" | "approval_outdated" | "change_limit_reached" | "no_instalment_to_move" | "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "deferment_too_long" | "due_day_unchanged" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Uphold or reject an objection to an end bill */
  decideDispute: {
    method: "POST";
    url: "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}/dispute-decisions";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: DecideDispute;
    answers: {
      200: TurnIn;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Offer or decline an extension that policy leaves to a person */
  decideExtension: {
    method: "POST";
    url: "/v1/staff/leases/{account_id}/extensions/{extension_id}/decision";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      extension_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: DecideExtension;
    answers: {
      200: Extension;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Defer payments for a customer, or preview it */
  deferAccountPayments: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/deferments";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: DeferAccountPayments;
    answers: {
      200: ScheduleChange;
      202: ScheduleChange;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "account_past_due" | "change_limit_reached" | "no_instalment_to_move" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "deferment_too_long" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Let payments wait some months, or see what that would cost */
  deferPayments: {
    method: "POST";
    url: "/v1/accounts/{account_id}/deferments";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: DeferPayments;
    answers: {
      200: ScheduleChange;
      202: ScheduleChange;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_not_open" | "account_past_due" | "change_limit_reached" | "no_instalment_to_move" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "deferment_too_long" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Object to the end bill */
  disputeEndBill: {
    method: "POST";
    url: "/v1/leases/{account_id}/turn-ins/{turn_in_id}/disputes";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: DisputeEndBill;
    answers: {
      200: TurnIn;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "dispute_window_over" | "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Download a file */
  downloadAttachment: {
    method: "GET";
    url: "/v1/support/conversations/{conversation_id}/attachments/{attachment_id}";
    path: {
      /** uuid */
      conversation_id: string;
      /** uuid */
      attachment_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Download a file of a customer's */
  downloadDeskAttachment: {
    method: "GET";
    url: "/v1/staff/conversations/{conversation_id}/attachments/{attachment_id}";
    path: {
      /** uuid */
      conversation_id: string;
      /** uuid */
      attachment_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Sign a customer out */
  endCustomerSessions: {
    method: "POST";
    url: "/v1/staff/customers/{user_id}/sessions/end";
    path: {
      /** uuid */
      user_id: string;
    };
    body: EndSessions;
    answers: {
      200: EndedSessions;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Take a vehicle back before the end, and bill what Regulation M allows */
  endLeaseEarly: {
    method: "POST";
    url: "/v1/staff/leases/{account_id}/early-terminations";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: EndEarly;
    answers: {
      201: EarlyEnd;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_already_open" | "option_not_open" | "request_in_progress" | "servicemember_not_on_record" | "servicemember_notice_stands">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "odometer_runs_back" | "reading_date_out_of_range" | "servicemember_orders_do_not_fit">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Give notice: no month more is begun */
  endRenewal: {
    method: "DELETE";
    url: "/v1/leases/{account_id}/renewal";
    path: {
      /** uuid */
      account_id: string;
    };
    answers: {
      200: RenewalShown;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A conversation whole, to keep */
  exportConversation: {
    method: "GET";
    url: "/v1/support/conversations/{conversation_id}/export";
    path: {
      /** uuid */
      conversation_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: ExportedConversation | string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      406: Refused<406, "not_acceptable">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A conversation whole, with who did what */
  exportDeskConversation: {
    method: "GET";
    url: "/v1/staff/conversations/{conversation_id}/export";
    path: {
      /** uuid */
      conversation_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: DeskExport | string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      406: Refused<406, "not_acceptable">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One account: balance, what is due, what is pending */
  getAccount: {
    method: "GET";
    url: "/v1/accounts/{account_id}";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Account;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One account whole: what its holder sees, and what only staff see */
  getAccountFile: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: AccountFile;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The instalments to come */
  getAccountSchedule: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/schedule";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Schedule;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One statement as its holder sees it, or to print */
  getAccountStatement: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/statements/{statement_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      statement_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Statement | string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      406: Refused<406, "not_acceptable">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "document_too_long" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What you are told, by which channels */
  getAlerts: {
    method: "GET";
    url: "/v1/me/alerts";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Alerts;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The HTTP interface as a page that can try it */
  getApiPage: {
    method: "GET";
    url: "/docs";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** The events, AsyncAPI 3.0 */
  getAsyncApi: {
    method: "GET";
    url: "/asyncapi.json";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Record<string, unknown>;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** Autopay of an account, with the next three drafts */
  getAutopay: {
    method: "GET";
    url: "/v1/accounts/{account_id}/autopay";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Autopay;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A purchase, its odometer statement and its title */
  getBuyout: {
    method: "GET";
    url: "/v1/leases/{account_id}/buyouts/{buyout_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      buyout_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Buyout;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One conversation: whose turn it is, what was read, whether somebody is there */
  getConversation: {
    method: "GET";
    url: "/v1/support/conversations/{conversation_id}";
    path: {
      /** uuid */
      conversation_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Conversation;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One conversation, whose it is and who has it */
  getDeskConversation: {
    method: "GET";
    url: "/v1/staff/conversations/{conversation_id}";
    path: {
      /** uuid */
      conversation_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: DeskConversation;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The data of one event version as JSON Schema, by its name in /asyncapi.json with .json behind it */
  getEventSchema: {
    method: "GET";
    url: "/docs/events/{schema}";
    path: {
      schema: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Record<string, unknown>;
      304: undefined;
      400: Refused<400, "malformed_request">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** The events as a page to read */
  getEventsPage: {
    method: "GET";
    url: "/docs/events";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** An extension, and who has accepted it */
  getExtension: {
    method: "GET";
    url: "/v1/leases/{account_id}/extensions/{extension_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      extension_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: ExtensionShown;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** An extension, its terms and who has accepted */
  getExtensionForStaff: {
    method: "GET";
    url: "/v1/staff/leases/{account_id}/extensions/{extension_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      extension_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Extension;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What this is, and where to read on */
  getHomePage: {
    method: "GET";
    url: "/";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** Terms, dates, mileage and payment of a lease */
  getLease: {
    method: "GET";
    url: "/v1/leases/{account_id}";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Lease;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The dates of the lease's end for a calendar (RFC 5545) */
  getLeaseCalendar: {
    method: "GET";
    url: "/v1/leases/{account_id}/lease-end.ics";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Return, buy or extend: what is open today, why not, and its price */
  getLeaseEnd: {
    method: "GET";
    url: "/v1/leases/{account_id}/lease-end";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: LeaseEndShown;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A lease's ways out as its customer sees them */
  getLeaseEndForStaff: {
    method: "GET";
    url: "/v1/staff/leases/{account_id}/lease-end";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: LeaseEnd;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The process turns */
  getLiveness: {
    method: "GET";
    url: "/health/live";
    answers: {
      200: Health;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
    };
  };
  /** Your name, contact points and linked accounts */
  getMe: {
    method: "GET";
    url: "/v1/me";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Me;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Counters for the operator, with the operator's token */
  getMetrics: {
    method: "GET";
    url: "/metrics";
    answers: {
      200: string;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
    };
  };
  /** This contract, OpenAPI 3.1 */
  getOpenApi: {
    method: "GET";
    url: "/openapi.json";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Record<string, unknown>;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** A style or script of these pages */
  getPageFile: {
    method: "GET";
    url: "/docs/assets/{file}";
    path: {
      file: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** The letters of a batch, with what goes on their envelopes */
  getPaperBatch: {
    method: "GET";
    url: "/v1/staff/paper-batches/{batch_id}";
    path: {
      /** uuid */
      batch_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: PaperBatch;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Whether statements come without paper, and the disclosure to agree to */
  getPaperless: {
    method: "GET";
    url: "/v1/accounts/{account_id}/paperless";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Paperless | string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      406: Refused<406, "not_acceptable">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One payment, and in `message` whether it went through */
  getPayment: {
    method: "GET";
    url: "/v1/payments/{payment_id}";
    path: {
      /** uuid */
      payment_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Payment;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What paying now, later or by card would mean */
  getPaymentOptions: {
    method: "GET";
    url: "/v1/accounts/{account_id}/payment-options";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: PaymentOptions;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A payoff quote, and what became of it */
  getPayoffQuote: {
    method: "GET";
    url: "/v1/accounts/{account_id}/payoff-quotes/{quote_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      quote_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: PayoffQuote;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What a problem means and what to do */
  getProblemPage: {
    method: "GET";
    url: "/docs/problems/{code}";
    path: {
      code: string;
    };
    answers: {
      200: string;
      400: Refused<400, "malformed_request">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded">;
    };
  };
  /** The gateway has its database and its bus */
  getReadiness: {
    method: "GET";
    url: "/health/ready";
    answers: {
      200: Health;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "not_ready">;
    };
  };
  /** Whether the lease goes on from month to month */
  getRenewal: {
    method: "GET";
    url: "/v1/leases/{account_id}/renewal";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: RenewalShown;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The instalments to come */
  getSchedule: {
    method: "GET";
    url: "/v1/accounts/{account_id}/schedule";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Schedule;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The notice that you gave last, and what came of it */
  getServicememberNotice: {
    method: "GET";
    url: "/v1/leases/{account_id}/servicemember-notice";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: ServicememberNotice;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The public keys of access tokens (RFC 7517) */
  getSigningKeys: {
    method: "GET";
    url: "/.well-known/jwks.json";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: SigningKeys;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One statement, with the arithmetic of each payment */
  getStatement: {
    method: "GET";
    url: "/v1/accounts/{account_id}/statements/{statement_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      statement_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Statement | string;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      406: Refused<406, "not_acceptable">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "document_too_long" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Telephone, e-mail, hours and postal addresses */
  getSupportContact: {
    method: "GET";
    url: "/v1/support/contact";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: SupportContact;
      304: undefined;
      400: Refused<400, "malformed_request">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A return: its steps, its estimate, its bill */
  getTurnIn: {
    method: "GET";
    url: "/v1/leases/{account_id}/turn-ins/{turn_in_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: TurnIn;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** A return with its self-check, its bill and what is objected to it */
  getTurnInForStaff: {
    method: "GET";
    url: "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: TurnIn;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** One webhook, and how it fares */
  getWebhook: {
    method: "GET";
    url: "/v1/staff/webhooks/{webhook_id}";
    path: {
      /** uuid */
      webhook_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: Webhook;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Agree to texts, or take it back */
  giveConsent: {
    method: "POST";
    url: "/v1/me/consents";
    body: GiveConsent;
    answers: {
      201: Consent;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "telephone_number_missing" | "texts_stopped_by_text">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "sms_consent_not_current">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** End the lease as a servicemember (50 USC 3955) */
  giveServicememberNotice: {
    method: "POST";
    url: "/v1/leases/{account_id}/servicemember-notice";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: GiveServicememberNotice;
    answers: {
      201: ServicememberNotice;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_already_open" | "option_not_open" | "request_in_progress" | "servicemember_notice_given">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "servicemember_orders_do_not_fit">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Hand a conversation over, or take it */
  handOverConversation: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/hand-over";
    path: {
      /** uuid */
      conversation_id: string;
    };
    body: HandOver;
    answers: {
      200: DeskConversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "conversation_closed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Record the inspection and bill it */
  inspectVehicle: {
    method: "POST";
    url: "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}/inspection";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: InspectVehicle;
    answers: {
      200: TurnIn;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Be promised a sum that pays the loan off */
  issuePayoffQuote: {
    method: "POST";
    url: "/v1/accounts/{account_id}/payoff-quotes";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: IssuePayoffQuote;
    answers: {
      201: PayoffQuote;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "nothing_to_pay_off" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "good_through_out_of_range" | "idempotency_key_reused" | "invalid_request" | "quote_kind_unfit">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** See how strong a new password would be */
  judgePassword: {
    method: "POST";
    url: "/v1/password-checks";
    body: JudgePassword;
    answers: {
      200: JudgedPassword;
      400: Refused<400, "malformed_request">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Link another account of yours; access tokens carry it from the next one on */
  linkAccount: {
    method: "POST";
    url: "/v1/me/accounts";
    body: LinkAccount;
    answers: {
      201: LinkedAccount;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "account_not_matched" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The flags of an account, those that were cleared too */
  listAccountFlags: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/flags";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: AccountFlags;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The customers who may act on the account online */
  listAccountHolders: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/holders";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: AccountHolders;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The statements of an account, newest first */
  listAccountStatements: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/statements";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: IssuedStatements;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What happened on an account, newest first */
  listAccountTransactions: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/transactions";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Transactions;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Your accounts */
  listAccounts: {
    method: "GET";
    url: "/v1/accounts";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Accounts;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Returns and corrections that banks sent in ACH files, the newest first */
  listAchNotices: {
    method: "GET";
    url: "/v1/staff/ach-notices";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
      outcome?: "done" | "known" | "waiting";
    };
    answers: {
      200: AchNotices;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Changes that wait for you, or for the others */
  listApprovals: {
    method: "GET";
    url: "/v1/me/approvals";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Approvals;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What you agreed to and took back */
  listConsents: {
    method: "GET";
    url: "/v1/me/consents";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Consents;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What was written, newest first */
  listConversationMessages: {
    method: "GET";
    url: "/v1/support/conversations/{conversation_id}/messages";
    path: {
      /** uuid */
      conversation_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: ConversationMessages;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Your conversations, newest first */
  listConversations: {
    method: "GET";
    url: "/v1/support/conversations";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
      state?: "open" | "closed";
    };
    answers: {
      200: Conversations;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What a customer was told, or why not */
  listCustomerMessages: {
    method: "GET";
    url: "/v1/staff/customers/{user_id}/messages";
    path: {
      /** uuid */
      user_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Messages;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The payment methods of a customer */
  listCustomerPaymentMethods: {
    method: "GET";
    url: "/v1/staff/customers/{user_id}/payment-methods";
    path: {
      /** uuid */
      user_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: PaymentMethods;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Which second factors a customer has */
  listCustomerSecondFactors: {
    method: "GET";
    url: "/v1/staff/customers/{user_id}/second-factors";
    path: {
      /** uuid */
      user_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: SecondFactors;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Where a customer is signed in */
  listCustomerSessions: {
    method: "GET";
    url: "/v1/staff/customers/{user_id}/sessions";
    path: {
      /** uuid */
      user_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Sessions;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What was written, newest first */
  listDeskMessages: {
    method: "GET";
    url: "/v1/staff/conversations/{conversation_id}/messages";
    path: {
      /** uuid */
      conversation_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: DeskMessages;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What was furnished of the account, month by month */
  listFurnishing: {
    method: "GET";
    url: "/v1/staff/accounts/{account_id}/furnishing";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Furnishing;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Your inbox */
  listInbox: {
    method: "GET";
    url: "/v1/me/inbox";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Inbox;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Requests, returns and objections that wait for a person, oldest first */
  listLeaseWork: {
    method: "GET";
    url: "/v1/staff/lease-work-items";
    query?: {
      kind?: "extension_to_decide" | "vehicle_to_receive" | "vehicle_to_inspect" | "dispute_to_decide" | "notice_to_confirm" | null;
      /** longest 64 */
      account_id?: string | null;
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string | null;
    };
    answers: {
      200: LeaseWork;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The odometer readings on record */
  listOdometerReadings: {
    method: "GET";
    url: "/v1/leases/{account_id}/odometer-readings";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: OdometerReadings;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The odometer readings on record */
  listOdometerReadingsForStaff: {
    method: "GET";
    url: "/v1/staff/leases/{account_id}/odometer-readings";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: OdometerReadings;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What has to go out on paper and has not */
  listPaperMailings: {
    method: "GET";
    url: "/v1/staff/paper-mailings";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 64 */
      cursor?: string | null;
    };
    answers: {
      200: PaperMailings;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Your passkeys */
  listPasskeys: {
    method: "GET";
    url: "/v1/me/passkeys";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Passkeys;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Where payments and payoffs by mail go, by regular or overnight mail */
  listPaymentAddresses: {
    method: "GET";
    url: "/v1/accounts/{account_id}/payment-addresses";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: PostalAddresses;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Your payment methods */
  listPaymentMethods: {
    method: "GET";
    url: "/v1/payment-methods";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: PaymentMethods;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What a person has to look at, the newest first */
  listPaymentWorkItems: {
    method: "GET";
    url: "/v1/staff/payment-work-items";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: PaymentWorkItems;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Payments on an account, newest first */
  listPayments: {
    method: "GET";
    url: "/v1/accounts/{account_id}/payments";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Payments;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Your second factors */
  listSecondFactors: {
    method: "GET";
    url: "/v1/me/mfa";
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: SecondFactors;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** List your open sessions */
  listSessions: {
    method: "GET";
    url: "/v1/sessions";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Sessions;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Monthly statements and yearly summaries of interest, newest first */
  listStatements: {
    method: "GET";
    url: "/v1/accounts/{account_id}/statements";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: IssuedStatements;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Titles that are due to their owners */
  listTitleReleases: {
    method: "GET";
    url: "/v1/staff/title-releases";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string | null;
    };
    answers: {
      200: TitleReleases;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What happened on the account, newest first */
  listTransactions: {
    method: "GET";
    url: "/v1/accounts/{account_id}/transactions";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Transactions;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Mailed cheques whose account has to be found, newest first */
  listUnmatchedReceipts: {
    method: "GET";
    url: "/v1/staff/unmatched-receipts";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: Receipts;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What was sent, newest first */
  listWebhookDeliveries: {
    method: "GET";
    url: "/v1/staff/webhooks/{webhook_id}/deliveries";
    path: {
      /** uuid */
      webhook_id: string;
    };
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** uuid */
      cursor?: string | null;
      state?: "waiting" | "delivered" | "failed" | null;
    };
    answers: {
      200: WebhookDeliveries;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Every partner's webhook, newest first */
  listWebhooks: {
    method: "GET";
    url: "/v1/staff/webhooks";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** uuid */
      cursor?: string | null;
    };
    answers: {
      200: Webhooks;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What waits for a person, oldest first */
  listWorkItems: {
    method: "GET";
    url: "/v1/staff/work-items";
    query?: {
      /** longest 64 */
      reason?: string | null;
      /** longest 64 */
      account_id?: string | null;
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string | null;
    };
    answers: {
      200: WorkItems;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Say up to which message you have read */
  markConversationRead: {
    method: "POST";
    url: "/v1/support/conversations/{conversation_id}/read";
    path: {
      /** uuid */
      conversation_id: string;
    };
    body: MarkRead;
    answers: {
      200: Conversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Say up to which message the desk has read */
  markDeskRead: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/read";
    path: {
      /** uuid */
      conversation_id: string;
    };
    body: MarkRead;
    answers: {
      200: DeskConversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Note that the letters of a batch were mailed */
  notePaperBatch: {
    method: "POST";
    url: "/v1/staff/paper-batches/{batch_id}/mailed";
    path: {
      /** uuid */
      batch_id: string;
    };
    answers: {
      200: TakenPaperBatch;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "batch_not_printed">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Note that one letter was mailed */
  notePaperMailing: {
    method: "POST";
    url: "/v1/staff/paper-mailings/{statement_id}/mailed";
    path: {
      /** uuid */
      statement_id: string;
    };
    answers: {
      200: PaperMailing;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Ask the desk something */
  openConversation: {
    method: "POST";
    url: "/v1/support/conversations";
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: OpenConversation;
    answers: {
      201: Conversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress" | "too_many_conversations">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Sign in with a passkey */
  openPasskeySession: {
    method: "POST";
    url: "/v1/sessions/passkey";
    body: UsePasskey;
    answers: {
      201: OpenedSession;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "passkey_not_right" | "refresh_token_not_valid">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Sign in */
  openSession: {
    method: "POST";
    url: "/v1/sessions";
    body: OpenSession;
    answers: {
      201: OpenedSession;
      202: SecondFactorAsked;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "invalid_credentials">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_attempts" | "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Live events of your accounts (server-sent events) */
  openStream: {
    method: "GET";
    url: "/v1/stream";
    headers?: {
      /** The id of the last event you have; the stream goes on after it. */
      "Last-Event-ID"?: string;
    };
    answers: {
      200: {
        event: "ready" | "reset" | "payment_posted" | "payment_declined" | "payment_scheduled" | "payment_cancelled" | "autopay_enrolled" | "autopay_cancelled" | "autopay_paused" | "autopay_resumed" | "autopay_draft_upcoming" | "payment_settled" | "payment_returned" | "payment_refunded" | "refund_paid" | "payment_applied" | "payment_reversed" | "bill_issued" | "payment_due_soon" | "payment_past_due" | "late_fee_assessed" | "late_fee_reversed" | "fee_waived" | "schedule_changed" | "payoff_quote_issued" | "payoff_quote_withdrawn" | "account_paid_off" | "account_reopened" | "account_closed" | "refund_due" | "statement_issued" | "paperless_changed" | "lease_eligibility_changed" | "option_opened" | "option_closed" | "buyout_completed" | "turn_in_scheduled" | "vehicle_returned" | "extension_requested" | "extension_decided" | "extension_disclosed" | "extension_ended" | "renewal_ended" | "lease_end_approaching" | "lease_extended" | "contact_changed" | "password_changed" | "session_opened" | "conversation_replied" | "conversation_changed" | "conversation_moved" | "inbox_message_added" | "channel_opted_out" | "conversation_typing";
        /** Send the last one as Last-Event-ID to go on after it. */
        id: string;
        /** A JSON object with fields that the event of this name has in /asyncapi.json. */
        data: string;
        /** Milliseconds to wait before connecting again. */
        retry?: number;
      };
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests" | "too_many_streams">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "service_unavailable">;
    };
  };
  /** Finish signing in with a second factor */
  passChallenge: {
    method: "POST";
    url: "/v1/sessions/mfa";
    body: PassChallenge;
    answers: {
      201: OpenedSession;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "challenge_not_valid" | "second_factor_not_right">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_attempts" | "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What buying the vehicle would cost by a date */
  previewBuyout: {
    method: "GET";
    url: "/v1/leases/{account_id}/buyout-quote";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** date */
      good_through?: string | null;
      buyer?: "lessee" | "dealer" | "third_party";
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: BuyoutPreview;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "buyer_not_allowed" | "good_through_out_of_range" | "invalid_request" | "state_policy_missing">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What would pay the loan off by a date */
  previewPayoffQuote: {
    method: "GET";
    url: "/v1/accounts/{account_id}/payoff-quote";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** date */
      good_through?: string | null;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: PayoffPreview;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "nothing_to_pay_off">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "good_through_out_of_range" | "invalid_request" | "quote_kind_unfit">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The letters of a batch for the print shop, as one archive */
  printPaperBatch: {
    method: "GET";
    url: "/v1/staff/paper-batches/{batch_id}/letters";
    path: {
      /** uuid */
      batch_id: string;
    };
    answers: {
      200: string;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Choose what you are told, by which channels */
  putAlerts: {
    method: "PUT";
    url: "/v1/me/alerts";
    headers: {
      /** The ETag of the state that you change; 412 where it is another one by now. */
      "If-Match": string;
    };
    body: PutAlerts;
    answers: {
      200: Alerts;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      408: Refused<408, "request_too_slow">;
      412: Refused<412, "precondition_failed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "alert_locked" | "invalid_request">;
      428: Refused<428, "precondition_required">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Enrol in autopay, change or resume it */
  putAutopay: {
    method: "PUT";
    url: "/v1/accounts/{account_id}/autopay";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
      /** The ETag of the state that you change; 412 where it is another one by now. */
      "If-Match": string;
    };
    body: PutAutopay;
    answers: {
      200: Autopay;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "account_takes_no_payments" | "request_in_progress">;
      412: Refused<412, "precondition_failed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_number_refused" | "consent_not_current" | "extra_principal_not_possible" | "idempotency_key_reused" | "invalid_request">;
      428: Refused<428, "precondition_required">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Agree to statements without paper, or take it back */
  putPaperless: {
    method: "PUT";
    url: "/v1/accounts/{account_id}/paperless";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** The ETag of the state that you change; 412 where it is another one by now. */
      "If-Match": string;
    };
    body: PutPaperless;
    answers: {
      200: Paperless;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "disclosure_not_in_force">;
      412: Refused<412, "precondition_failed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "paperless_proof_wrong">;
      428: Refused<428, "precondition_required">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** What ending the lease early would cost, and how so */
  quoteEarlyTermination: {
    method: "GET";
    url: "/v1/leases/{account_id}/early-termination-quote";
    path: {
      /** uuid */
      account_id: string;
    };
    query?: {
      /** at least 0 */
      realized_value_cents?: number | null;
    };
    headers?: {
      /** The ETag you hold; 304 without a body where nothing has changed. */
      "If-None-Match"?: string;
    };
    answers: {
      200: EarlyTerminationQuote;
      304: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Mark a message of your inbox as read */
  readInboxItem: {
    method: "POST";
    url: "/v1/me/inbox/{item_id}/read";
    path: {
      /** uuid */
      item_id: string;
    };
    answers: {
      200: InboxItem;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Note that the vehicle is back */
  receiveVehicle: {
    method: "POST";
    url: "/v1/staff/leases/{account_id}/turn-ins/{turn_in_id}/return";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      turn_in_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ReceiveVehicle;
    answers: {
      200: TurnIn;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_step_not_possible" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "odometer_runs_back" | "reading_date_out_of_range">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Twilio's webhook for incoming messages */
  recordInboundText: {
    method: "POST";
    url: "/v1/webhooks/twilio/inbound";
    headers: {
      /** HMAC-SHA1 over the address and the fields of the form in order, in base64. */
      "X-Twilio-Signature": string;
    };
    body: {
      MessageSid?: string;
      From?: string;
      To?: string;
      Body?: string;
      OptOutType?: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      403: Refused<403, "webhook_signature_invalid" | "webhook_signature_missing">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** SendGrid's event webhook */
  recordMailEvents: {
    method: "POST";
    url: "/v1/webhooks/sendgrid";
    headers: {
      /** ECDSA (P-256, SHA-256) over the timestamp and the body, in base64. */
      "X-Twilio-Email-Event-Webhook-Signature": string;
      /** When it was signed, in seconds since 1970. */
      "X-Twilio-Email-Event-Webhook-Timestamp": string;
    };
    body: ({
      event?: string;
      message_id?: string;
      sg_event_id?: string;
      sg_message_id?: string;
      timestamp?: number;
      type?: string;
    })[];
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      403: Refused<403, "webhook_signature_invalid" | "webhook_signature_missing">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Tell us what the odometer shows */
  recordOdometerReading: {
    method: "POST";
    url: "/v1/leases/{account_id}/odometer-readings";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: RecordOdometerReading;
    answers: {
      201: OdometerReading;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "odometer_runs_back" | "reading_date_out_of_range">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** The card and bank processor's webhook */
  recordProcessorEvents: {
    method: "POST";
    url: "/v1/webhooks/processor";
    headers: {
      /** `t=`seconds since 1970`,v1=`HMAC-SHA256 over `t.body` with the endpoint's secret, in hex. */
      "Stripe-Signature": string;
    };
    body: {
      id?: string;
      type?: string;
      created?: number;
      data?: Record<string, unknown>;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      403: Refused<403, "processor_signature_invalid" | "webhook_signature_missing">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Twilio's status callback */
  recordTextStatus: {
    method: "POST";
    url: "/v1/webhooks/twilio/status";
    query: {
      /** uuid */
      message_id: string;
    };
    headers: {
      /** HMAC-SHA1 over the address and the fields of the form in order, in base64. */
      "X-Twilio-Signature": string;
    };
    body: {
      MessageSid?: string;
      MessageStatus?: string;
      ErrorCode?: string;
      To?: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      403: Refused<403, "webhook_signature_invalid" | "webhook_signature_missing">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Note that a title went out */
  recordTitleRelease: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/title-release";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: RecordTitleRelease;
    answers: {
      200: TitleRelease;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress" | "title_not_due">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "release_date_wrong">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Get new tokens for a refresh token */
  refreshSession: {
    method: "POST";
    url: "/v1/sessions/refresh";
    body: RefreshSession;
    answers: {
      200: OpenedSession;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "refresh_token_not_valid">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Send a whole payment back to where it came from */
  refundPayment: {
    method: "POST";
    url: "/v1/staff/payments/{payment_id}/refunds";
    path: {
      /** uuid */
      payment_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: RefundPayment;
    answers: {
      201: PaymentRefund;
      400: RefusedMoney<400, "idempotency_key_required" | "malformed_request">;
      401: RefusedMoney<401, "unauthenticated">;
      403: RefusedMoney<403, "forbidden" | "step_up_required">;
      404: RefusedMoney<404, "not_found">;
      408: RefusedMoney<408, "request_too_slow">;
      409: RefusedMoney<409, "payment_not_refundable" | "request_in_progress">;
      413: RefusedMoney<413, "body_too_large">;
      414: RefusedMoney<414, "first_line_too_long">;
      415: RefusedMoney<415, "unsupported_media_type">;
      422: RefusedMoney<422, "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: RefusedMoney<429, "too_many_requests">;
      431: RefusedMoney<431, "headers_too_large">;
      500: RefusedMoney<500, "internal_error">;
      503: RefusedMoney<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Claim an account and choose a password */
  register: {
    method: "POST";
    url: "/v1/registrations";
    body: Register;
    answers: {
      202: Registration;
      400: Refused<400, "malformed_request">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Register a partner's webhook */
  registerWebhook: {
    method: "POST";
    url: "/v1/staff/webhooks";
    body: RegisterWebhook;
    answers: {
      201: WebhookWithSecret;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "too_many_webhooks">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Switch autopay off */
  removeAutopay: {
    method: "DELETE";
    url: "/v1/accounts/{account_id}/autopay";
    path: {
      /** uuid */
      account_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: Autopay;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "request_in_progress">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Remove a second factor */
  removeFactor: {
    method: "DELETE";
    url: "/v1/me/mfa/factors/{factor_id}";
    path: {
      /** uuid */
      factor_id: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Remove a passkey */
  removePasskey: {
    method: "DELETE";
    url: "/v1/me/passkeys/{passkey_id}";
    path: {
      /** uuid */
      passkey_id: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Remove a payment method */
  removePaymentMethod: {
    method: "DELETE";
    url: "/v1/payment-methods/{payment_method_id}";
    path: {
      /** uuid */
      payment_method_id: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Remove a webhook with all that waits for it */
  removeWebhook: {
    method: "DELETE";
    url: "/v1/staff/webhooks/{webhook_id}";
    path: {
      /** uuid */
      webhook_id: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Get new recovery codes */
  renewRecoveryCodes: {
    method: "POST";
    url: "/v1/me/mfa/recovery-codes";
    answers: {
      201: RecoveryCodes;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Go on where a conversation ended */
  reopenConversation: {
    method: "POST";
    url: "/v1/support/conversations/{conversation_id}/reopen";
    path: {
      /** uuid */
      conversation_id: string;
    };
    answers: {
      200: Conversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Go on where a conversation ended */
  reopenDeskConversation: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/reopen";
    path: {
      /** uuid */
      conversation_id: string;
    };
    answers: {
      200: DeskConversation;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Send everything again that failed since an instant */
  replayFailedWebhookDeliveries: {
    method: "POST";
    url: "/v1/staff/webhooks/{webhook_id}/deliveries/replay";
    path: {
      /** uuid */
      webhook_id: string;
    };
    body: ReplayFailed;
    answers: {
      202: Replayed;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "webhook_disabled">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Send one event again */
  replayWebhookDelivery: {
    method: "POST";
    url: "/v1/staff/webhooks/{webhook_id}/deliveries/{delivery_id}/replay";
    path: {
      /** uuid */
      webhook_id: string;
      /** uuid */
      delivery_id: string;
    };
    answers: {
      202: WebhookDelivery;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "webhook_disabled">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Ask to keep the vehicle for one to six months more */
  requestExtension: {
    method: "POST";
    url: "/v1/leases/{account_id}/extensions";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: RequestExtension;
    answers: {
      201: ExtensionShown;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_already_open" | "option_not_open" | "renews_already" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Ask for a link to a new password */
  requestPasswordReset: {
    method: "POST";
    url: "/v1/password-resets";
    body: RequestPasswordReset;
    answers: {
      202: Recovery;
      400: Refused<400, "malformed_request">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Ask for your user ID by mail */
  requestUserIdReminder: {
    method: "POST";
    url: "/v1/user-id-reminders";
    body: RequestUserIdReminder;
    answers: {
      202: Recovery;
      400: Refused<400, "malformed_request">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Choose a new password with the token from the mail */
  resetPassword: {
    method: "POST";
    url: "/v1/password-resets/confirm";
    body: ResetPassword;
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "reset_expired" | "reset_not_valid" | "reset_used">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Take a lost second factor away */
  resetSecondFactor: {
    method: "POST";
    url: "/v1/staff/customers/{user_id}/second-factors/reset";
    path: {
      /** uuid */
      user_id: string;
    };
    body: ResetSecondFactor;
    answers: {
      200: SecondFactorReset;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Book a waiting cheque on an account */
  resolveReceipt: {
    method: "POST";
    url: "/v1/staff/unmatched-receipts/{receipt_id}/resolve";
    path: {
      /** uuid */
      receipt_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ResolveReceipt;
    answers: {
      200: Receipt;
      400: RefusedMoney<400, "idempotency_key_required" | "malformed_request">;
      401: RefusedMoney<401, "unauthenticated">;
      403: RefusedMoney<403, "forbidden" | "step_up_required">;
      404: RefusedMoney<404, "not_found">;
      408: RefusedMoney<408, "request_too_slow">;
      409: RefusedMoney<409, "receipt_not_waiting" | "request_in_progress">;
      413: RefusedMoney<413, "body_too_large">;
      414: RefusedMoney<414, "first_line_too_long">;
      415: RefusedMoney<415, "unsupported_media_type">;
      422: RefusedMoney<422, "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: RefusedMoney<429, "too_many_requests">;
      431: RefusedMoney<431, "headers_too_large">;
      500: RefusedMoney<500, "internal_error">;
      503: RefusedMoney<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Undo a payment, as had it never been */
  reversePayment: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/payment-reversals";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ReversePayment;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found" | "payment_not_applied">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "payment_already_reversed" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Make a new secret */
  rotateWebhookSecret: {
    method: "POST";
    url: "/v1/staff/webhooks/{webhook_id}/rotate-secret";
    path: {
      /** uuid */
      webhook_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    answers: {
      200: WebhookWithSecret;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      409: Refused<409, "request_in_progress" | "secret_rotation_running">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Make an appointment to return the vehicle */
  scheduleTurnIn: {
    method: "POST";
    url: "/v1/leases/{account_id}/turn-ins";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: ScheduleTurnIn;
    answers: {
      201: TurnIn;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "option_already_open" | "option_not_open" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "appointment_out_of_range" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Find accounts by number, vehicle, source or name */
  searchAccounts: {
    method: "GET";
    url: "/v1/staff/accounts";
    query?: {
      /** longest 64 */
      account_number?: string | null;
      /** longest 17 */
      vin?: string | null;
      /** longest 200 */
      source_ref?: string | null;
      /** longest 80 */
      last_name?: string | null;
      /** longest 80 */
      first_name?: string | null;
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
    };
    answers: {
      200: FoundAccounts;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Conversations of customers, newest first */
  searchConversations: {
    method: "GET";
    url: "/v1/staff/conversations";
    query?: {
      /** at least 1, at most 100 */
      limit?: number;
      /** longest 200 */
      cursor?: string;
      state?: "open" | "closed";
      assigned?: "me" | "nobody";
      queue?: "general" | "payments" | "lease_end" | "hardship" | "titles";
      /** uuid */
      user_id?: string;
      /** uuid */
      account_id?: string;
      /** longest 200 */
      words?: string;
    };
    answers: {
      200: DeskConversations;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Note that a cheque goes back */
  sendReceiptBack: {
    method: "POST";
    url: "/v1/staff/unmatched-receipts/{receipt_id}/send-back";
    path: {
      /** uuid */
      receipt_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: SendReceiptBack;
    answers: {
      200: Receipt;
      400: RefusedMoney<400, "idempotency_key_required" | "malformed_request">;
      401: RefusedMoney<401, "unauthenticated">;
      403: RefusedMoney<403, "forbidden" | "step_up_required">;
      404: RefusedMoney<404, "not_found">;
      408: RefusedMoney<408, "request_too_slow">;
      409: RefusedMoney<409, "receipt_not_waiting" | "request_in_progress">;
      413: RefusedMoney<413, "body_too_large">;
      414: RefusedMoney<414, "first_line_too_long">;
      415: RefusedMoney<415, "unsupported_media_type">;
      422: RefusedMoney<422, "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: RefusedMoney<429, "too_many_requests">;
      431: RefusedMoney<431, "headers_too_large">;
      500: RefusedMoney<500, "internal_error">;
      503: RefusedMoney<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Flag an account: some fees and messages stop */
  setAccountFlag: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/flags";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: SetAccountFlag;
    answers: {
      200: FlaggedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "flag_already_set" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "change_not_possible" | "flag_dates_wrong" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Sign the odometer statement (49 CFR 580.7) */
  signOdometerStatement: {
    method: "POST";
    url: "/v1/leases/{account_id}/odometer-statements";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: SignOdometerStatement;
    answers: {
      201: OdometerStatement;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request" | "odometer_runs_back" | "reading_date_out_of_range">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Skip one draft */
  skipDraft: {
    method: "POST";
    url: "/v1/accounts/{account_id}/autopay/skip";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: SkipDraft;
    answers: {
      200: Autopay;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "autopay_not_enrolled" | "draft_not_stoppable" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Be promised a price that buys the vehicle */
  startBuyout: {
    method: "POST";
    url: "/v1/leases/{account_id}/buyouts";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: StartBuyout;
    answers: {
      201: Buyout;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "nothing_to_pay_off" | "option_already_open" | "option_not_open" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "buyer_not_allowed" | "good_through_out_of_range" | "idempotency_key_reused" | "invalid_request" | "quote_kind_unfit" | "state_policy_missing">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Prove once more who you are */
  stepUp: {
    method: "POST";
    url: "/v1/sessions/step-up";
    body: StepUp;
    answers: {
      200: SteppedUp;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "refresh_token_not_valid" | "second_factor_not_right" | "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "current_password_wrong" | "invalid_request" | "proof_missing">;
      429: Refused<429, "too_many_attempts" | "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Stop a draft on the customer's word */
  stopDraft: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/autopay/stops";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: StopDraft;
    answers: {
      200: Autopay;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "autopay_not_enrolled" | "draft_not_stoppable" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Pay on an account */
  submitPayment: {
    method: "POST";
    url: "/v1/accounts/{account_id}/payments";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
      /** `wait=N`: wait up to N seconds (at most 5) for the outcome. */
      Prefer?: string;
    };
    body: SubmitPayment;
    answers: {
      201: Payment;
      400: RefusedMoney<400, "idempotency_key_required" | "malformed_request">;
      401: RefusedMoney<401, "unauthenticated">;
      403: RefusedMoney<403, "forbidden">;
      404: RefusedMoney<404, "not_found">;
      408: RefusedMoney<408, "request_too_slow">;
      409: RefusedMoney<409, "account_takes_no_payments" | "instalment_already_covered" | "payment_method_disabled" | "payoff_quote_not_good" | "request_in_progress">;
      413: RefusedMoney<413, "body_too_large">;
      414: RefusedMoney<414, "first_line_too_long">;
      415: RefusedMoney<415, "unsupported_media_type">;
      422: RefusedMoney<422, "amount_too_large" | "amount_too_small" | "card_expired" | "card_fee_not_agreed" | "card_number_refused" | "cards_not_accepted" | "idempotency_key_reused" | "invalid_request" | "payment_date_not_possible">;
      429: RefusedMoney<429, "too_many_requests">;
      431: RefusedMoney<431, "headers_too_large">;
      500: RefusedMoney<500, "internal_error">;
      503: RefusedMoney<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Take the letters that wait, to print them together */
  takePaperBatch: {
    method: "POST";
    url: "/v1/staff/paper-batches";
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: TakePaperBatch;
    answers: {
      200: TakenPaperBatch;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "nothing_to_mail" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Take a payment for a customer */
  takePayment: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/payments";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: StaffPayment;
    answers: {
      201: Payment;
      400: RefusedMoney<400, "idempotency_key_required" | "malformed_request">;
      401: RefusedMoney<401, "unauthenticated">;
      403: RefusedMoney<403, "forbidden" | "step_up_required">;
      404: RefusedMoney<404, "not_found">;
      408: RefusedMoney<408, "request_too_slow">;
      409: RefusedMoney<409, "account_takes_no_payments" | "payoff_quote_not_good" | "request_in_progress">;
      413: RefusedMoney<413, "body_too_large">;
      414: RefusedMoney<414, "first_line_too_long">;
      415: RefusedMoney<415, "unsupported_media_type">;
      422: RefusedMoney<422, "amount_too_large" | "amount_too_small" | "card_expired" | "idempotency_key_reused" | "invalid_request">;
      429: RefusedMoney<429, "too_many_requests">;
      431: RefusedMoney<431, "headers_too_large">;
      500: RefusedMoney<500, "internal_error">;
      503: RefusedMoney<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Say that you are writing an answer */
  tellDeskTyping: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/typing";
    path: {
      /** uuid */
      conversation_id: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Say that you are writing */
  tellTyping: {
    method: "POST";
    url: "/v1/support/conversations/{conversation_id}/typing";
    path: {
      /** uuid */
      conversation_id: string;
    };
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Send yourself a message, to try a channel */
  testAlerts: {
    method: "POST";
    url: "/v1/me/alerts/test";
    body: TestAlerts;
    answers: {
      202: TestedAlerts;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Send a made-up event */
  testWebhook: {
    method: "POST";
    url: "/v1/staff/webhooks/{webhook_id}/test";
    path: {
      /** uuid */
      webhook_id: string;
    };
    answers: {
      202: WebhookDelivery;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "webhook_disabled">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Have a code texted to finish signing in */
  textChallenge: {
    method: "POST";
    url: "/v1/sessions/mfa/texts";
    body: TextChallenge;
    answers: {
      202: Texted;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "challenge_not_valid">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "phone_missing">;
      429: Refused<429, "too_many_requests" | "too_many_texts">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Have a code texted, to step up with */
  textCode: {
    method: "POST";
    url: "/v1/me/mfa/texts";
    answers: {
      202: Texted;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request" | "phone_missing">;
      429: Refused<429, "too_many_requests" | "too_many_texts">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Change your name, your addresses, or your language */
  updateMe: {
    method: "PATCH";
    url: "/v1/me";
    headers: {
      /** The ETag of the state that you change; 412 where it is another one by now. */
      "If-Match": string;
    };
    body: ChangedProfile;
    answers: {
      200: Me;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      412: Refused<412, "precondition_failed">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "nothing_to_change">;
      428: Refused<428, "precondition_required">;
      429: Refused<429, "too_many_contact_changes" | "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Upload a file for a message to come */
  uploadAttachment: {
    method: "POST";
    url: "/v1/support/conversations/{conversation_id}/attachments";
    path: {
      /** uuid */
      conversation_id: string;
    };
    query: {
      /** longest 120 */
      name: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: string;
    answers: {
      201: AttachmentShown;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "conversation_closed" | "request_in_progress" | "too_many_attachments">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "attachment_too_large" | "attachment_type_refused" | "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Upload a file for an answer to come */
  uploadDeskAttachment: {
    method: "POST";
    url: "/v1/staff/conversations/{conversation_id}/attachments";
    path: {
      /** uuid */
      conversation_id: string;
    };
    query: {
      /** longest 120 */
      name: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: string;
    answers: {
      201: AttachmentShown;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "conversation_closed" | "request_in_progress" | "too_many_attachments">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "attachment_too_large" | "attachment_type_refused" | "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Verify an e-mail address with the token from the mail */
  verifyEmail: {
    method: "POST";
    url: "/v1/email-verifications";
    body: VerifyEmail;
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "invalid_request" | "verification_expired" | "verification_not_valid" | "verification_used">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Verify a telephone number with the code from the text */
  verifyPhone: {
    method: "POST";
    url: "/v1/me/phone-verifications";
    body: ProveCode;
    answers: {
      204: undefined;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      408: Refused<408, "request_too_slow">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "code_not_right" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Give up what is unpaid of a fee */
  waiveFee: {
    method: "POST";
    url: "/v1/staff/accounts/{account_id}/fee-waivers";
    path: {
      /** uuid */
      account_id: string;
    };
    headers: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key": string;
    };
    body: WaiveFee;
    answers: {
      200: ChangedAccount;
      400: Refused<400, "idempotency_key_required" | "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden" | "step_up_required">;
      404: Refused<404, "fee_not_found" | "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "fee_not_due" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Take the request back */
  withdrawExtension: {
    method: "DELETE";
    url: "/v1/leases/{account_id}/extensions/{extension_id}";
    path: {
      /** uuid */
      account_id: string;
      /** uuid */
      extension_id: string;
    };
    answers: {
      200: ExtensionShown;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "option_step_not_possible">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Keep the lease after all */
  withdrawServicememberNotice: {
    method: "DELETE";
    url: "/v1/leases/{account_id}/servicemember-notice";
    path: {
      /** uuid */
      account_id: string;
    };
    answers: {
      200: ServicememberNotice;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      409: Refused<409, "option_step_not_possible">;
      414: Refused<414, "first_line_too_long">;
      422: Refused<422, "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
  /** Write to the desk */
  writeMessage: {
    method: "POST";
    url: "/v1/support/conversations/{conversation_id}/messages";
    path: {
      /** uuid */
      conversation_id: string;
    };
    headers?: {
      /** Any unique text up to 255 characters. The same key and body again give the stored answer, a refusal by a rule too: send what you change with a new key.; longest 255 */
      "Idempotency-Key"?: string;
    };
    body: WriteMessage;
    answers: {
      201: ConversationMessage;
      400: Refused<400, "malformed_request">;
      401: Refused<401, "unauthenticated">;
      403: Refused<403, "forbidden">;
      404: Refused<404, "not_found">;
      408: Refused<408, "request_too_slow">;
      409: Refused<409, "conversation_closed" | "conversation_full" | "request_in_progress">;
      413: Refused<413, "body_too_large">;
      414: Refused<414, "first_line_too_long">;
      415: Refused<415, "unsupported_media_type">;
      422: Refused<422, "attachment_not_usable" | "card_number_refused" | "idempotency_key_reused" | "invalid_request">;
      429: Refused<429, "too_many_requests">;
      431: Refused<431, "headers_too_large">;
      500: Refused<500, "internal_error">;
      503: Refused<503, "overloaded" | "service_unavailable">;
    };
  };
}
