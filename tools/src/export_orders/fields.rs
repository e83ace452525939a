//! The columns of the record, what each is in RTS 24 (Delegated Regulation (EU) 2017/580, annex, table 2), whose words the
//! records of RTS 6 (2017/589, annex II, tables 2 and 3) share; and the fields that Millrace does not hold.

/// One column.
pub(super) struct Column {
    pub(super) name: &'static str,
    /// DuckDB's type, for Parquet.
    pub(super) kind: &'static str,
    /// How it is asked for: `e` is the execution, `f` its frame, `r` its refusal, `i` its instrument.
    pub(super) from: &'static str,
    /// Number and name; empty where the column is Millrace's own evidence.
    pub(super) rts_24: &'static str,
    pub(super) meaning: &'static str,
}

const fn column(
    name: &'static str,
    kind: &'static str,
    from: &'static str,
    rts_24: &'static str,
    meaning: &'static str,
) -> Column {
    Column { name, kind, from, rts_24, meaning }
}

const TEXT: &str = "VARCHAR";
const NUMBER: &str = "UBIGINT";
const TIME: &str = "TIMESTAMP_NS";
/// A price or a quantity.
const PX: &str = "DECIMAL(28,8)";
/// In the unit of a check.
const UNITS: &str = "DECIMAL(38,16)";

/// What is certain from the event alone; other events keep their own name only.
const EVENT: &str = "CASE e.event WHEN 'OrderAccepted' THEN 'NEWO' WHEN 'OrderAdopted' THEN 'NEWO' \
    WHEN 'OrderTriggered' THEN 'TRIG' WHEN 'OrderReplaced' THEN 'REME' WHEN 'OrderRefused' THEN 'REMO' \
    WHEN 'OrderRejected' THEN 'REMO' WHEN 'OrderExpired' THEN 'EXPI' \
    WHEN 'OrderCanceled' THEN CASE WHEN e.reason IS NOT NULL THEN NULL \
    WHEN e.orig_cl_ord_id = '' THEN 'CAMO' ELSE 'CAME' END \
    WHEN 'OrderFilled' THEN CASE WHEN e.cum_qty < e.order_qty THEN 'PARF' ELSE 'FILL' END END";

/// In the order of the file. The first two are the place in the journal.
pub(super) const COLUMNS: &[Column] = &[
    column(
        "seq",
        NUMBER,
        "e.seq",
        "15 Sequence number",
        "frame of the journal; with idx the order of everything that happened",
    ),
    column("idx", NUMBER, "e.idx", "15 Sequence number", "event within the frame"),
    column(
        "time",
        TIME,
        "replace(CAST(e.time AS VARCHAR), ' ', 'T') || 'Z'",
        "9 Date and time",
        "UTC, the engine's clock when it decided; of a new order also its receipt (19)",
    ),
    column("event", TEXT, "e.event", "", "what happened, in Millrace's words"),
    column(
        "rts_event",
        TEXT,
        EVENT,
        "21 New order, order modification, order cancellation, order rejections, partial or full execution",
        "code; empty where the event has none or its cause decides it and is in `reason`",
    ),
    column("exec_id", TEXT, "e.exec_id", "", "ExecID(17) of the report to the client"),
    column("exec_type", TEXT, "e.exec_type", "", "ExecType(150) of that report"),
    column("ord_status", TEXT, "e.ord_status", "33 Order status", "OrdStatus(39) after the event, in FIX's words"),
    column("order_id", NUMBER, "e.order_id", "20 Order identification code", "OrderID(37)"),
    column("cl_ord_id", TEXT, "e.cl_ord_id", "", "ClOrdID(11), the client's name of the order"),
    column("orig_cl_ord_id", TEXT, "e.orig_cl_ord_id", "", "OrigClOrdID(41), the name before"),
    column("session", TEXT, "e.session", "", "who sent it: CompID of the FIX session"),
    column("account", TEXT, "e.account", "", "Account(1)"),
    column("command", TEXT, "f.command", "", "what the event answers"),
    column("msg_seq_num", NUMBER, "f.msg_seq_num", "", "MsgSeqNum(34) of the message with that command"),
    column("symbol", TEXT, "e.symbol", "", "Symbol(55); the ISIN of field 18 is not held"),
    column("side", TEXT, "e.side", "32 Buy-sell indicator", "Side(54), in FIX's words"),
    column("ord_type", TEXT, "e.ord_type", "22 Order type", "OrdType(40), in FIX's words"),
    column("time_in_force", TEXT, "e.time_in_force", "10 Validity period", "TimeInForce(59), in FIX's words"),
    column("price", PX, "nullif(e.price, 0)", "24 Limit price", "Price(44); empty where there is none"),
    column(
        "price_currency",
        TEXT,
        "i.currency",
        "29 Price currency",
        "currency of the instrument as it is defined now",
    ),
    column("order_qty", PX, "e.order_qty", "36 Initial quantity", "OrderQty(38) after the event"),
    column("leaves_qty", PX, "e.leaves_qty", "37 Remaining quantity including hidden", "LeavesQty(151)"),
    column("last_qty", PX, "nullif(e.last_qty, 0)", "39 Traded quantity", "LastQty(32) of this event"),
    column("last_px", PX, "nullif(e.last_px, 0)", "28 Transaction price", "LastPx(31) of this event"),
    column("cum_qty", PX, "e.cum_qty", "", "CumQty(14)"),
    column("avg_px", PX, "e.avg_px", "", "AvgPx(6)"),
    column(
        "venue_exec_id",
        NUMBER,
        "nullif(e.venue_exec_id, 0)",
        "48 Trading venue transaction identification code",
        "the number that Millrace keeps the venue's ExecID under, not its text",
    ),
    column("reason", TEXT, "e.reason", "", "why it was refused, or who but the client asked for it"),
    column("check_code", TEXT, "r.check_code", "", "the risk check that refused"),
    column("limit_value", UNITS, "r.limit_value", "", "its limit"),
    column("observed_value", UNITS, "r.observed_value", "", "what it saw"),
    column("reference_px", PX, "r.reference_px", "", "the reference price that it used"),
];

const NOT_CARRIED: &str = "no message that Millrace takes carries it";
const NOT_STORED: &str = "in the journal where the order has it, not in the analytics";

/// Fields that are not held, and why.
pub(super) const ABSENT: &[(&str, &str)] = &[
    (
        "1 Identification of the entity which submitted the order",
        "the LEI of the client is not configured; see session",
    ),
    ("2 Direct Electronic Access (DEA)", NOT_CARRIED),
    ("3 Client identification code", "the LEI or national id is not configured; see account"),
    ("4 Investment decision within firm", NOT_CARRIED),
    ("5 Execution within firm", NOT_CARRIED),
    ("6 Non-executing broker", NOT_CARRIED),
    ("7 Trading capacity", NOT_CARRIED),
    ("8 Liquidity provision activity", NOT_CARRIED),
    ("11 Order restriction", "no other than time_in_force says"),
    ("12 Validity period and time", NOT_STORED),
    ("13 Priority time stamp", "the venue's"),
    ("14 Priority size", "the venue's"),
    ("16 Segment MIC code", "not configured"),
    ("17 Order book code", "not configured"),
    ("18 Financial instrument identification code", "not configured; see symbol"),
    ("23 Order type classification", "not configured; see ord_type"),
    ("25 Additional limit price", NOT_CARRIED),
    ("26 Stop price", NOT_STORED),
    ("27 Pegged limit price", NOT_CARRIED),
    ("30 Currency of leg 2", "no such instruments"),
    ("31 Price notation", "monetary, always"),
    ("34 Quantity notation", "units, always"),
    ("35 Quantity currency", "units, always"),
    ("38 Displayed quantity", NOT_STORED),
    ("40 Minimum acceptable quantity (MAQ)", NOT_STORED),
    ("41 Minimum executable size (MES)", NOT_CARRIED),
    ("42 MES first execution only", NOT_CARRIED),
    ("43 Passive only indicator", NOT_STORED),
    ("44 Passive or aggressive indicator", "the venue's"),
    ("45 Self-execution prevention", NOT_CARRIED),
    ("46 Strategy linked order identification", NOT_STORED),
    ("47 Routing strategy", NOT_CARRIED),
    ("49 Trading phases", "of the calendar, among operator_acts"),
    ("50 Indicative auction price", "the venue's"),
    ("51 Indicative auction volume", "the venue's"),
];
