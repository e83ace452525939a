//! Tag numbers of FIX 4.4, under the standard's names.

/// Account(1).
pub const ACCOUNT: u32 = 1;
/// AvgPx(6).
pub const AVG_PX: u32 = 6;
/// BeginSeqNo(7).
pub const BEGIN_SEQ_NO: u32 = 7;
/// BeginString(8).
pub const BEGIN_STRING: u32 = 8;
/// BodyLength(9).
pub const BODY_LENGTH: u32 = 9;
/// CheckSum(10).
pub const CHECK_SUM: u32 = 10;
/// ClOrdID(11).
pub const CL_ORD_ID: u32 = 11;
/// Commission(12).
pub const COMMISSION: u32 = 12;
/// CommType(13).
pub const COMM_TYPE: u32 = 13;
/// CumQty(14).
pub const CUM_QTY: u32 = 14;
/// Currency(15).
pub const CURRENCY: u32 = 15;
/// EndSeqNo(16).
pub const END_SEQ_NO: u32 = 16;
/// ExecID(17).
pub const EXEC_ID: u32 = 17;
/// ExecInst(18).
pub const EXEC_INST: u32 = 18;
/// ExecRefID(19).
pub const EXEC_REF_ID: u32 = 19;
/// ExecTransType(20), until FIX 4.2.
pub const EXEC_TRANS_TYPE: u32 = 20;
/// HandlInst(21).
pub const HANDL_INST: u32 = 21;
/// LastMkt(30).
pub const LAST_MKT: u32 = 30;
/// LastPx(31).
pub const LAST_PX: u32 = 31;
/// LastQty(32).
pub const LAST_QTY: u32 = 32;
/// MsgSeqNum(34).
pub const MSG_SEQ_NUM: u32 = 34;
/// MsgType(35).
pub const MSG_TYPE: u32 = 35;
/// NewSeqNo(36).
pub const NEW_SEQ_NO: u32 = 36;
/// OrderID(37).
pub const ORDER_ID: u32 = 37;
/// OrderQty(38).
pub const ORDER_QTY: u32 = 38;
/// OrdStatus(39).
pub const ORD_STATUS: u32 = 39;
/// OrdType(40).
pub const ORD_TYPE: u32 = 40;
/// OrigClOrdID(41).
pub const ORIG_CL_ORD_ID: u32 = 41;
/// PossDupFlag(43).
pub const POSS_DUP_FLAG: u32 = 43;
/// Price(44).
pub const PRICE: u32 = 44;
/// RefSeqNum(45).
pub const REF_SEQ_NUM: u32 = 45;
/// SecurityID(48).
pub const SECURITY_ID: u32 = 48;
/// SenderCompID(49).
pub const SENDER_COMP_ID: u32 = 49;
/// SenderSubID(50).
pub const SENDER_SUB_ID: u32 = 50;
/// SendingTime(52).
pub const SENDING_TIME: u32 = 52;
/// Side(54).
pub const SIDE: u32 = 54;
/// Symbol(55).
pub const SYMBOL: u32 = 55;
/// TargetCompID(56).
pub const TARGET_COMP_ID: u32 = 56;
/// TargetSubID(57).
pub const TARGET_SUB_ID: u32 = 57;
/// Text(58).
pub const TEXT: u32 = 58;
/// TimeInForce(59).
pub const TIME_IN_FORCE: u32 = 59;
/// TransactTime(60).
pub const TRANSACT_TIME: u32 = 60;
/// TradeDate(75).
pub const TRADE_DATE: u32 = 75;
/// PossResend(97).
pub const POSS_RESEND: u32 = 97;
/// EncryptMethod(98).
pub const ENCRYPT_METHOD: u32 = 98;
/// StopPx(99).
pub const STOP_PX: u32 = 99;
/// ExDestination(100).
pub const EX_DESTINATION: u32 = 100;
/// CxlRejReason(102).
pub const CXL_REJ_REASON: u32 = 102;
/// OrdRejReason(103).
pub const ORD_REJ_REASON: u32 = 103;
/// HeartBtInt(108).
pub const HEART_BT_INT: u32 = 108;
/// MinQty(110).
pub const MIN_QTY: u32 = 110;
/// MaxFloor(111).
pub const MAX_FLOOR: u32 = 111;
/// TestReqID(112).
pub const TEST_REQ_ID: u32 = 112;
/// OnBehalfOfCompID(115).
pub const ON_BEHALF_OF_COMP_ID: u32 = 115;
/// OnBehalfOfSubID(116).
pub const ON_BEHALF_OF_SUB_ID: u32 = 116;
/// OrigSendingTime(122).
pub const ORIG_SENDING_TIME: u32 = 122;
/// GapFillFlag(123).
pub const GAP_FILL_FLAG: u32 = 123;
/// ExpireTime(126).
pub const EXPIRE_TIME: u32 = 126;
/// DKReason(127).
pub const DK_REASON: u32 = 127;
/// DeliverToCompID(128).
pub const DELIVER_TO_COMP_ID: u32 = 128;
/// DeliverToSubID(129).
pub const DELIVER_TO_SUB_ID: u32 = 129;
/// ResetSeqNumFlag(141).
pub const RESET_SEQ_NUM_FLAG: u32 = 141;
/// OnBehalfOfLocationID(144).
pub const ON_BEHALF_OF_LOCATION_ID: u32 = 144;
/// DeliverToLocationID(145).
pub const DELIVER_TO_LOCATION_ID: u32 = 145;
/// ExecType(150).
pub const EXEC_TYPE: u32 = 150;
/// LeavesQty(151).
pub const LEAVES_QTY: u32 = 151;
/// CashOrderQty(152).
pub const CASH_ORDER_QTY: u32 = 152;
/// SecurityType(167).
pub const SECURITY_TYPE: u32 = 167;
/// OrderQty2(192).
pub const ORDER_QTY2: u32 = 192;
/// SecondaryOrderID(198).
pub const SECONDARY_ORDER_ID: u32 = 198;
/// PegOffsetValue(211); PegDifference in FIX 4.2.
pub const PEG_OFFSET_VALUE: u32 = 211;
/// LastMsgSeqNumProcessed(369).
pub const LAST_MSG_SEQ_NUM_PROCESSED: u32 = 369;
/// RefTagID(371).
pub const REF_TAG_ID: u32 = 371;
/// RefMsgType(372).
pub const REF_MSG_TYPE: u32 = 372;
/// SessionRejectReason(373).
pub const SESSION_REJECT_REASON: u32 = 373;
/// ExecRestatementReason(378).
pub const EXEC_RESTATEMENT_REASON: u32 = 378;
/// BusinessRejectRefID(379).
pub const BUSINESS_REJECT_REF_ID: u32 = 379;
/// BusinessRejectReason(380).
pub const BUSINESS_REJECT_REASON: u32 = 380;
/// NoMsgTypes(384).
pub const NO_MSG_TYPES: u32 = 384;
/// DayOrderQty(424).
pub const DAY_ORDER_QTY: u32 = 424;
/// DayCumQty(425).
pub const DAY_CUM_QTY: u32 = 425;
/// DayAvgPx(426).
pub const DAY_AVG_PX: u32 = 426;
/// ExpireDate(432).
pub const EXPIRE_DATE: u32 = 432;
/// CxlRejResponseTo(434).
pub const CXL_REJ_RESPONSE_TO: u32 = 434;
/// PartyIDSource(447).
pub const PARTY_ID_SOURCE: u32 = 447;
/// PartyID(448).
pub const PARTY_ID: u32 = 448;
/// PartyRole(452).
pub const PARTY_ROLE: u32 = 452;
/// NoPartyIDs(453).
pub const NO_PARTY_IDS: u32 = 453;
/// CommCurrency(479).
pub const COMM_CURRENCY: u32 = 479;
/// OrderPercent(516).
pub const ORDER_PERCENT: u32 = 516;
/// SecondaryExecID(527).
pub const SECONDARY_EXEC_ID: u32 = 527;
/// MassCancelRequestType(530).
pub const MASS_CANCEL_REQUEST_TYPE: u32 = 530;
/// MassCancelResponse(531).
pub const MASS_CANCEL_RESPONSE: u32 = 531;
/// MassCancelRejectReason(532).
pub const MASS_CANCEL_REJECT_REASON: u32 = 532;
/// TotalAffectedOrders(533).
pub const TOTAL_AFFECTED_ORDERS: u32 = 533;
/// MassActionReportID(1369), FIX 5.0 SP2.
pub const MASS_ACTION_REPORT_ID: u32 = 1369;
/// Username(553).
pub const USERNAME: u32 = 553;
/// Password(554).
pub const PASSWORD: u32 = 554;
/// AccountType(581).
pub const ACCOUNT_TYPE: u32 = 581;
/// ClOrdLinkID(583).
pub const CL_ORD_LINK_ID: u32 = 583;
/// MassStatusReqID(584).
pub const MASS_STATUS_REQ_ID: u32 = 584;
/// MassStatusReqType(585).
pub const MASS_STATUS_REQ_TYPE: u32 = 585;
/// WorkingIndicator(636).
pub const WORKING_INDICATOR: u32 = 636;
/// NoPositions(702).
pub const NO_POSITIONS: u32 = 702;
/// PosType(703).
pub const POS_TYPE: u32 = 703;
/// LongQty(704).
pub const LONG_QTY: u32 = 704;
/// ShortQty(705).
pub const SHORT_QTY: u32 = 705;
/// PosReqID(710).
pub const POS_REQ_ID: u32 = 710;
/// ClearingBusinessDate(715).
pub const CLEARING_BUSINESS_DATE: u32 = 715;
/// PosMaintRptID(721).
pub const POS_MAINT_RPT_ID: u32 = 721;
/// PosReqType(724).
pub const POS_REQ_TYPE: u32 = 724;
/// TotalNumPosReports(727).
pub const TOTAL_NUM_POS_REPORTS: u32 = 727;
/// PosReqResult(728).
pub const POS_REQ_RESULT: u32 = 728;
/// PosReqStatus(729).
pub const POS_REQ_STATUS: u32 = 729;
/// NextExpectedMsgSeqNum(789).
pub const NEXT_EXPECTED_MSG_SEQ_NUM: u32 = 789;
/// OrdStatusReqID(790).
pub const ORD_STATUS_REQ_ID: u32 = 790;
/// CopyMsgIndicator(797).
pub const COPY_MSG_INDICATOR: u32 = 797;
/// LastLiquidityInd(851).
pub const LAST_LIQUIDITY_IND: u32 = 851;
/// TotNumReports(911).
pub const TOT_NUM_REPORTS: u32 = 911;
/// LastRptRequested(912).
pub const LAST_RPT_REQUESTED: u32 = 912;
/// ApplVerID(1128).
pub const APPL_VER_ID: u32 = 1128;
/// DefaultApplVerID(1137).
pub const DEFAULT_APPL_VER_ID: u32 = 1137;
/// DisplayQty(1138); FIX 5.0 SP2.
pub const DISPLAY_QTY: u32 = 1138;
/// ContingencyType(1385); FIX 5.0 SP2.
pub const CONTINGENCY_TYPE: u32 = 1385;
