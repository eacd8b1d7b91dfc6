// The rows.
#include "tests/rpc/situation_scenes.h"

namespace touchstone::test {
namespace {

using namespace scenes;
using rpc::Purpose;

constexpr auto kBuyNew = Purpose::kBuyNew;
constexpr auto kOwn = Purpose::kOwn;
constexpr auto kResale = Purpose::kResale;
constexpr auto kDispense = Purpose::kDispense;
constexpr auto kInspect = Purpose::kInspect;
constexpr auto kKeep = rpc::Action::kKeep;
constexpr auto kBuy = rpc::Action::kBuy;
constexpr auto kAsk = rpc::Action::kAsk;
constexpr auto kDoNotUse = rpc::Action::kDoNotUse;
constexpr auto kTakeDown = rpc::Action::kTakeDown;
constexpr auto kReport = rpc::Action::kReport;

Expected genuine(std::string reasons, rpc::Action action) {
    return {rpc::VerdictKind::kGenuine, std::move(reasons), action};
}
Expected caution(std::string reasons, rpc::Action action) {
    return {rpc::VerdictKind::kCaution, std::move(reasons), action};
}
Expected unknown(std::string reasons, rpc::Action action) {
    return {rpc::VerdictKind::kUnknown, std::move(reasons), action};
}

// -- rows, by group

using Rows = std::vector<Situation>;

void add_unregistered(Rows& rows) {
    const std::string group = "Registered or not";
    rows.push_back({group, "never registered", declare, {}, unknown("never_registered", kAsk)});
    rows.push_back({group, "never registered", declare, {kBuyNew}, unknown("never_registered", kAsk)});
    rows.push_back({group, "never registered", declare, {kResale}, unknown("never_registered", kAsk)});
    rows.push_back({group, "never registered", declare, {kDispense}, unknown("never_registered", kDoNotUse)});
    rows.push_back({group, "never registered", declare, {kInspect}, unknown("never_registered", kReport)});
    Asked other;
    other.gtin = "00614141123452";
    rows.push_back({group, "a GTIN that nobody declared", declare, other, unknown("never_registered product_unknown", kAsk)});
    const Make voided = then(registered, "brand", [](Scene& at) { return op::VoidRegistration{at.items, "twice"}; });
    rows.push_back({group, "voided", voided, {}, caution("voided", kAsk)});
    rows.push_back({group, "voided", voided, {kBuyNew}, caution("voided", kDoNotUse)});
    rows.push_back({group, "voided, and registered anew",
                    then(voided, "brand", [](Scene& at) { return registration(at); }), {}, genuine("", kKeep)});
}

void add_on_the_way(Rows& rows) {
    const std::string group = "On its way to the buyer";
    rows.push_back({group, "with its maker", registered, {}, genuine("", kKeep)});
    rows.push_back({group, "with its maker", registered, {kBuyNew}, caution("not_released", kAsk)});
    rows.push_back({group, "with its maker", registered, {kDispense}, caution("not_released", kDoNotUse)});
    rows.push_back({group, "with its maker", registered, {kResale}, caution("not_released", kAsk)});
    rows.push_back({group, "with its maker", registered, {kInspect}, genuine("not_released", kAsk)});
    Asked from_brand{kBuyNew};
    from_brand.seller = "brand";
    rows.push_back({group, "with the brand, which sells it itself", registered, from_brand, genuine("", kBuy)});
    rows.push_back({group, "with a contract maker", contract_made, {kBuyNew}, caution("not_released", kAsk)});
    const Make with_carrier = after(registered, [](Scene& at) { hand(at, "brand", "carrier"); });
    rows.push_back({group, "with a carrier", with_carrier, {kBuyNew}, caution("not_released", kAsk)});
    rows.push_back({group, "with a carrier", with_carrier, {}, genuine("", kKeep)});
    const Make shipped = after(registered, [](Scene& at) { ship(at, "brand", "shop"); });
    rows.push_back({group, "shipped, not yet received", shipped, {}, genuine("in_transit", kKeep)});
    rows.push_back({group, "shipped, not yet received", shipped, {kBuyNew}, caution("in_transit not_released", kAsk)});
    rows.push_back({group, "shipped, not yet received", shipped, {kDispense},
                    caution("in_transit not_released", kDoNotUse)});
    rows.push_back({group, "in a sealed container in a shop", packed, {kBuyNew}, caution("not_released", kAsk)});
    rows.push_back({group, "in a sealed container in a shop", packed, {}, genuine("", kKeep)});
    rows.push_back({group, "in a case on a pallet that is under way", on_a_pallet, {kBuyNew},
                    caution("in_transit not_released", kAsk)});
    rows.push_back({group, "in a case on a pallet that is under way", on_a_pallet, {}, genuine("in_transit", kKeep)});
    const Make pallet_lost =
        then(on_a_pallet, "brand", [](Scene&) { return op::Lose{{}, "gone overboard", {box(2)}}; });
    rows.push_back({group, "on a pallet that was lost", pallet_lost, {kBuyNew}, caution("lost", kReport)});
    const Make lost = then(shipped, "brand", [](Scene& at) { return op::Lose{at.items, "stolen from the lorry"}; });
    rows.push_back({group, "lost on its way", lost, {}, caution("lost", kAsk)});
    rows.push_back({group, "lost on its way", lost, {kResale}, caution("lost", kTakeDown)});
    rows.push_back({group, "in a shop", in_shop, {}, genuine("", kKeep)});
    rows.push_back({group, "in a shop", in_shop, {kBuyNew}, genuine("", kBuy)});
    rows.push_back({group, "in a shop", in_shop, {kResale}, genuine("", kBuy)});
    rows.push_back({group, "in a pharmacy", in_shop, {kDispense}, genuine("", kKeep)});
    rows.push_back({group, "in a shop", in_shop, {kInspect}, genuine("", kKeep)});
    const Make reclaimed =
        then(in_shop, "brand", [](Scene& at) { return op::Reclaim{at.items, "brand", "the shop is bankrupt"}; });
    rows.push_back({group, "in a shop, and its owner wants it back", reclaimed, {kBuyNew}, caution("reclaimed", kAsk)});
    rows.push_back({group, "in a shop, and its owner wants it back", reclaimed, {}, genuine("reclaimed", kAsk)});
    const Make found = after(reclaimed, [](Scene& at) {
        at.run("shop", op::Lose{at.items, "burglary"});
        at.run("shop", op::UndoEnd{at.items, "behind the shelf"});
    });
    rows.push_back({group, "the same, lost and found by the shop", found, {kBuyNew},
                    caution("quarantined reclaimed", kDoNotUse)});
    const Make seized =
        then(in_shop, "customs", [](Scene& at) { return op::Seize{at.items, "no papers"}; });
    rows.push_back({group, "seized by customs", seized, {kBuyNew}, caution("not_released held_by_authority", kReport)});
    rows.push_back({group, "seized by customs", seized, {}, caution("held_by_authority", kAsk)});
    rows.push_back({group, "seized by customs", seized, {kInspect}, genuine("not_released held_by_authority", kAsk)});
    const Make offered = then(in_shop, "brand", [](Scene& at) { return op::TransferOwnership{at.items, "shop"}; });
    rows.push_back({group, "its owner offers it to the shop", offered, {kInspect}, genuine("ownership_offered", kKeep)});
    rows.push_back({group, "its owner offers it to the shop", offered, {kBuyNew}, genuine("", kBuy)});
}

void add_scans(Rows& rows) {
    const std::string group = "Missing at a scan";
    const Make stray = [](Scene& at) {
        declare(at);
        op::Register made = registration(at);
        made.items.add(at.node.named("OTHER"));
        at.run("brand", made);
        at.run("brand", op::Pack{box(1), made.items, {}});
        at.run("brand", op::Ship{{}, "shop", {}, {box(1)}});
        at.run("shop", op::Receive{{}, {box(1)}, 1, at.items, {}});
    };
    rows.push_back({group, "not found by the receiver", stray, {}, caution("missing", kAsk)});
    rows.push_back({group, "not found by the receiver", stray, {kBuyNew}, caution("missing not_released", kAsk)});
    rows.push_back({group, "not found by the receiver", stray, {kInspect}, caution("missing not_released", kReport)});
}

void add_sold(Rows& rows) {
    const std::string group = "Sold";
    rows.push_back({group, "sold", sold, {}, genuine("sold", kKeep)});
    rows.push_back({group, "sold, and offered as new", sold, {kBuyNew}, caution("sold", kAsk)});
    rows.push_back({group, "sold, and offered second-hand", sold, {kResale}, genuine("sold", kBuy)});
    rows.push_back({group, "sold before", sold, {kDispense}, caution("sold", kDoNotUse)});
    rows.push_back({group, "sold", sold, {kInspect}, genuine("sold", kKeep)});
    rows.push_back({group, "sold and taken back", returned, {}, genuine("sold_before", kKeep)});
    rows.push_back({group, "sold and taken back", returned, {kBuyNew}, genuine("sold_before", kAsk)});
    rows.push_back({group, "sold and taken back", returned, {kResale}, genuine("sold_before", kBuy)});
    rows.push_back({group, "sold and taken back", returned, {kDispense}, caution("sold_before", kAsk)});
    rows.push_back({group, "taken back three times", returned_thrice, {}, genuine("sold_before returned_often", kAsk)});
    rows.push_back({group, "taken back three times", returned_thrice, {kBuyNew},
                    caution("sold_before returned_often", kAsk)});
    const Make cancelled = then(sold, "shop", [](Scene& at) { return op::CancelSale{at.items, "wrong code"}; });
    rows.push_back({group, "a sale that was recorded by mistake", cancelled, {kBuyNew}, genuine("", kBuy)});
}

void add_flags(Rows& rows) {
    const std::string group = "Marks of members";
    const Make stolen = flagged(in_shop, "shop", ItemFlag::kStolen);
    rows.push_back({group, "stolen", stolen, {}, caution("stolen", kReport)});
    rows.push_back({group, "stolen", stolen, {kBuyNew}, caution("stolen", kReport)});
    rows.push_back({group, "stolen", stolen, {kResale}, caution("stolen", kTakeDown)});
    rows.push_back({group, "suspect, a platform says", flagged(in_shop, "market", ItemFlag::kSuspect), {},
                    caution("suspect", kAsk)});
    rows.push_back({group, "suspect", flagged(in_shop, "auditor", ItemFlag::kSuspect), {kDispense},
                    caution("suspect", kDoNotUse)});
    const Make held = flagged(in_shop, "brand", ItemFlag::kQuarantined);
    rows.push_back({group, "held back", held, {}, caution("quarantined", kAsk)});
    rows.push_back({group, "held back", held, {kBuyNew}, caution("quarantined", kDoNotUse)});
    rows.push_back({group, "held back, and let go",
                    then(held, "brand", [](Scene& at) { return op::ClearFlag{at.items, ItemFlag::kQuarantined, {}}; }),
                    {kBuyNew}, genuine("", kBuy)});
    rows.push_back({group, "suspect, and a regulator cleared it",
                    then(flagged(in_shop, "market", ItemFlag::kSuspect), "customs",
                         [](Scene& at) { return op::ClearFlag{at.items, ItemFlag::kSuspect, {}}; }),
                    {}, genuine("", kKeep)});
    using enum ledger::Finding;
    const Make bad = inspected(in_shop, "auditor", kNonconform);
    rows.push_back({group, "an inspector found it nonconform", bad, {}, caution("nonconform", kDoNotUse)});
    rows.push_back({group, "the same, and conform later", inspected(bad, "auditor", kConform), {}, genuine("", kKeep)});
    rows.push_back({group, "an inspector suspects a counterfeit", inspected(in_shop, "auditor", kCounterfeitSuspected),
                    {kBuyNew}, caution("counterfeit", kReport)});
    rows.push_back({group, "a platform suspects a counterfeit", inspected(in_shop, "market", kCounterfeitSuspected),
                    {kBuyNew}, caution("suspect", kAsk)});
}

void add_reports(Rows& rows) {
    const std::string group = "Reports";
    using ledger::ReportKind;
    using ledger::ReportOutcome;
    rows.push_back({group, "the holder reports it", reported("shop"), {}, caution("open_report", kAsk)});
    rows.push_back({group, "the holder reports it", reported("shop"), {kBuyNew}, caution("open_report", kAsk)});
    rows.push_back({group, "an organisation without relation to it reports it", reported("rival"), {}, genuine("", kKeep)});
    const Make answered =
        after(in_shop, [](Scene& at) { at.run("brand", op::Respond{report(at, "shop"), "we look into it"}); });
    rows.push_back({group, "the brand answered, nobody decided", answered, {}, caution("open_report", kAsk)});
    rows.push_back({group, "withdrawn", resolved("shop", ReportOutcome::kWithdrawn), {}, genuine("", kKeep)});
    rows.push_back({group, "rejected", resolved("customs", ReportOutcome::kRejected), {}, genuine("", kKeep)});
    const Make upheld = resolved("customs", ReportOutcome::kUpheld);
    rows.push_back({group, "counterfeit, the holder says and a platform upholds it",
                    resolved("market", ReportOutcome::kUpheld), {}, caution("suspect", kAsk)});
    rows.push_back({group, "counterfeit, an organisation without relation to it says and a platform upholds it",
                    after(in_shop, [](Scene& at) {
                        at.run("market", op::Resolve{report(at, "rival"), ReportOutcome::kUpheld, "pictures"});
                    }),
                    {}, genuine("", kKeep)});
    rows.push_back({group, "counterfeit, a regulator upholds it", upheld, {}, caution("counterfeit", kDoNotUse)});
    rows.push_back({group, "counterfeit, a regulator upholds it", upheld, {kBuyNew}, caution("counterfeit", kReport)});
    rows.push_back({group, "counterfeit, a regulator upholds it", upheld, {kResale}, caution("counterfeit", kTakeDown)});
    rows.push_back({group, "counterfeit, a regulator upheld it, and cleared it",
                    then(upheld, "customs", [](Scene& at) { return op::ClearFlag{at.items, ItemFlag::kCounterfeit, {}}; }),
                    {}, genuine("", kKeep)});
    rows.push_back({group, "defect, upheld", resolved("customs", ReportOutcome::kUpheld, ReportKind::kDefect), {},
                    genuine("", kKeep)});
}

void add_recalls(Rows& rows) {
    const std::string group = "Recalls";
    const auto recall = [](std::string lot, std::vector<std::string> countries = {}) {
        return op::Recall{kGtin, std::move(lot), "glass in it", std::move(countries)};
    };
    rows.push_back({group, "the product", recalled(recall("")), {}, caution("recalled", kDoNotUse)});
    rows.push_back({group, "the product", recalled(recall("")), {kResale}, caution("recalled", kTakeDown)});
    rows.push_back({group, "the product, by a regulator", recalled(recall(""), "customs"), {kBuyNew},
                    caution("recalled", kDoNotUse)});
    rows.push_back({group, "its lot", recalled(recall("L1")), {kDispense}, caution("recalled", kDoNotUse)});
    op::Recall other = recall("L2");
    other.unregistered = true;
    rows.push_back({group, "another lot", recalled(other), {}, genuine("", kKeep)});
    Asked print;
    print.lot = "L2";
    rows.push_back({group, "another lot, which is printed on it", recalled(other), print,
                    caution("recalled lot_mismatch", kDoNotUse)});
    print.lot = "l2";
    rows.push_back({group, "another lot, which is printed on it, in small letters", recalled(other), print,
                    caution("recalled lot_mismatch", kDoNotUse)});
    op::Recall by_maker = recall("");
    by_maker.maker = "brand";
    rows.push_back({group, "what this maker made", recalled(by_maker), {}, caution("recalled", kDoNotUse)});
    const Make of_other_maker = then(in_shop, "brand", [=](Scene&) {
        op::Recall made = recall("");
        made.maker = "maker";
        return made;
    });
    rows.push_back({group, "what another maker made", of_other_maker, {}, genuine("", kKeep)});
    op::Recall by_day = recall("");
    by_day.made_from = kMadeOn - 1;
    by_day.made_until = kMadeOn;
    rows.push_back({group, "days of manufacture, its own among them", recalled(by_day), {}, caution("recalled", kDoNotUse)});
    by_day.made_from = kMadeOn + 1;
    by_day.made_until = kMadeOn + 3;
    rows.push_back({group, "days of manufacture, later ones", recalled(by_day), {}, genuine("", kKeep)});
    rows.push_back({group, "a list of serials, its own among them", flagged(in_shop, "brand", ItemFlag::kRecalled), {},
                    caution("recalled", kDoNotUse)});
    Asked in_france{kBuyNew};
    in_france.country = "FR";
    Asked in_germany{kBuyNew};
    in_germany.country = "DE";
    rows.push_back({group, "in Germany only", recalled(recall("", {"DE"})), in_germany, caution("recalled", kDoNotUse)});
    rows.push_back({group, "in Germany only", recalled(recall("", {"DE"})), in_france, genuine("recalled_elsewhere", kAsk)});
    rows.push_back({group, "in Germany only, and no country named", recalled(recall("", {"DE"})), {},
                    caution("recalled", kDoNotUse)});
    // A regulator's reach is its country.
    Asked in_switzerland{kBuyNew};
    in_switzerland.country = "CH";
    const Make by_both = then(recalled(recall("", {"DE"})), "customs", [=](Scene&) { return recall(""); });
    rows.push_back({group, "in Germany by the brand, and by a Swiss regulator", by_both, in_switzerland,
                    caution("recalled", kDoNotUse)});
    rows.push_back({group, "in Germany by the brand, and by a Swiss regulator", by_both, in_germany,
                    caution("recalled", kDoNotUse)});
    rows.push_back({group, "lifted",
                    then(recalled(recall("L1")), "brand", [](Scene&) { return op::LiftRecall{kGtin, "L1", "all is well"}; }),
                    {kBuyNew}, genuine("", kBuy)});
    const Make corrected = after(recalled(other), [](Scene& at) {
        op::AmendRegistration amend;
        amend.items = at.items;
        amend.lot = "L2";
        at.run("brand", amend);
    });
    rows.push_back({group, "of a lot that a correction moved it into", corrected, {}, caution("recalled", kDoNotUse)});
}

// Of which no lot is recorded: it may be of the recalled one.
void add_recalls_of_unknown_lots(Rows& rows) {
    const std::string group = "Recalls of a lot, and none was registered";
    op::Recall of_lot{kGtin, "L1", "glass in it"};
    of_lot.unregistered = true;
    const Make barely = then(registered_barely, "customs", [=](Scene&) { return of_lot; });
    const auto print = [](Purpose purpose, std::string lot) {
        Asked asked{purpose};
        asked.lot = std::move(lot);
        return asked;
    };
    rows.push_back({group, "no lot is printed", barely, {}, caution("recalled", kDoNotUse)});
    rows.push_back({group, "no lot is printed", barely, {kBuyNew}, caution("recalled not_released", kDoNotUse)});
    rows.push_back({group, "it is printed", barely, print(kOwn, "L1"), caution("recalled lot_not_recorded", kDoNotUse)});
    rows.push_back({group, "it is typed in small letters", barely, print(kOwn, "l1"),
                    caution("recalled lot_not_recorded", kDoNotUse)});
    rows.push_back({group, "it is typed with blanks", barely, print(kOwn, "L 1"),
                    caution("recalled lot_not_recorded", kDoNotUse)});
    rows.push_back({group, "another is printed", barely, print(kOwn, "L9"), genuine("lot_not_recorded", kKeep)});
    op::Recall of_maker = of_lot;
    of_maker.maker = "maker";
    rows.push_back({group, "of another maker", then(registered_barely, "customs", [=](Scene&) { return of_maker; }), {},
                    genuine("", kKeep)});
    const Make cleared = after(in_shop, [=](Scene& at) {
        op::AmendRegistration amend;
        amend.items = at.items;
        amend.clear_lot = true;
        at.run("brand", amend);
        at.run("customs", op::Recall{kGtin, "L1", "glass in it"});
    });
    rows.push_back({group, "a correction cleared it before the recall", cleared, {}, caution("recalled", kDoNotUse)});
}

Asked printed(Purpose purpose, std::string lot, std::string expiry, std::uint64_t days_later = 0) {
    Asked asked{purpose};
    asked.lot = std::move(lot);
    asked.expiry = std::move(expiry);
    asked.days_later = days_later;
    return asked;
}

void add_print(Rows& rows) {
    const std::string group = "What is printed on it";
    rows.push_back({group, "as it was registered", in_shop, printed(kOwn, "L1", kExpiryText), genuine("", kKeep)});
    rows.push_back({group, "another lot", in_shop, printed(kOwn, "L9", ""), caution("lot_mismatch", kAsk)});
    rows.push_back({group, "its lot in small letters", in_shop, printed(kOwn, "l1", ""), caution("lot_mismatch", kAsk)});
    rows.push_back({group, "another lot", in_shop, printed(kDispense, "L9", ""), caution("lot_mismatch", kDoNotUse)});
    rows.push_back({group, "another expiry date", in_shop, printed(kOwn, "", "2026-01-12"),
                    caution("expiry_mismatch", kAsk)});
    rows.push_back({group, "a lot, and none was registered", registered_barely, printed(kOwn, "L1", ""),
                    genuine("lot_not_recorded", kKeep)});
    rows.push_back({group, "a lot, and none was registered", registered_barely, printed(kDispense, "L1", ""),
                    caution("lot_not_recorded expiry_not_recorded not_released", kDoNotUse)});
    rows.push_back({group, "nothing, and no expiry date was registered", registered_barely, {kDispense},
                    caution("expiry_not_recorded not_released", kDoNotUse)});
    rows.push_back({group, "an expiry date, and none was registered", registered_barely, printed(kOwn, "", kExpiryText),
                    genuine("expiry_not_recorded", kKeep)});
    rows.push_back({group, "an expiry date that is past, and none was registered", registered_barely,
                    printed(kOwn, "", "2024-01-12"), caution("expiry_not_recorded expired", kDoNotUse)});
    rows.push_back({group, "on its last day", in_shop, printed(kOwn, "", "", 100), genuine("", kKeep)});
    rows.push_back({group, "on the day after, and the chain stood still", in_shop, printed(kOwn, "", "", 101),
                    caution("expired", kDoNotUse)});
    rows.push_back({group, "fifty days past its date, on an idle chain", in_shop, printed(kBuyNew, "", "", 150),
                    caution("expired", kDoNotUse)});
    rows.push_back({group, "past its date, and offered", in_shop, printed(kResale, "", "", 150),
                    caution("expired", kTakeDown)});
}

void add_ends(Rows& rows) {
    const std::string group = "At an end";
    rows.push_back({group, "exported", ended(ItemState::kExported), {}, caution("exported", kAsk)});
    rows.push_back({group, "exported", ended(ItemState::kExported), {kDispense}, caution("exported", kDoNotUse)});
    rows.push_back({group, "used up as a sample", ended(ItemState::kSampled), {kBuyNew}, caution("sampled", kAsk)});
    rows.push_back({group, "destroyed", ended(ItemState::kDestroyed), {}, caution("destroyed", kDoNotUse)});
    rows.push_back({group, "destroyed", ended(ItemState::kDestroyed), {kResale}, caution("destroyed", kTakeDown)});
    rows.push_back({group, "destroyed", ended(ItemState::kDestroyed), {kInspect}, caution("destroyed", kReport)});
    const Make undone =
        then(ended(ItemState::kDestroyed), "brand", [](Scene& at) { return op::UndoEnd{at.items, "wrong list"}; });
    rows.push_back({group, "destroyed by mistake, and undone", undone, {}, genuine("", kKeep)});
}

void add_authority(Rows& rows) {
    const std::string group = "Who made it, and by what right";
    const Make by_maker = after(contract_made, [](Scene& at) { hand(at, "maker", "shop"); });
    rows.push_back({group, "made under a licence", by_maker, {kBuyNew}, genuine("", kBuy)});
    rows.push_back({group, "its maker was suspended since", suspended(by_maker, "maker"), {},
                    genuine("maker_suspended_later", kKeep)});
    rows.push_back({group, "its maker was suspended since", suspended(by_maker, "maker"), {kBuyNew},
                    genuine("maker_suspended_later", kAsk)});
    rows.push_back({group, "its brand was suspended since", suspended(by_maker, "brand"), {kBuyNew},
                    genuine("brand_suspended_later", kAsk)});
    rows.push_back({group, "made after its brand was suspended", made_under_suspended_brand, {},
                    caution("brand_suspended", kAsk)});
    rows.push_back({group, "made after its brand was suspended", made_under_suspended_brand, {kInspect},
                    caution("brand_suspended", kReport)});
    rows.push_back({group, "the licence was revoked since", licence_revoked, {}, genuine("licence_revoked_later", kKeep)});
    rows.push_back({group, "the licence was revoked since", licence_revoked, {kBuyNew},
                    genuine("licence_revoked_later", kAsk)});
    const Make again =
        then(licence_revoked, "brand", [](Scene&) { return op::GrantLicence{kGtin, "maker", 200, 0, 0, {}}; });
    rows.push_back({group, "the licence was revoked, and granted again", again, {kBuyNew}, genuine("", kBuy)});
    rows.push_back({group, "the shop that has it is suspended", suspended(in_shop, "shop"), {kBuyNew},
                    caution("holder_suspended", kAsk)});
    rows.push_back({group, "the shop that has it is suspended", suspended(in_shop, "shop"), {}, genuine("", kKeep)});
}

void add_territories(Rows& rows) {
    const std::string group = "Where it may be sold";
    Asked in_france{kBuyNew};
    in_france.country = "FR";
    Asked owner;
    owner.country = "FR";
    const Make swiss = territories(in_shop, {"CH"});
    rows.push_back({group, "Switzerland only", swiss, {kBuyNew}, genuine("", kBuy)});
    rows.push_back({group, "Switzerland only", swiss, in_france, caution("outside_territory", kAsk)});
    rows.push_back({group, "Switzerland only", swiss, owner, caution("outside_territory", kAsk)});
    rows.push_back({group, "Switzerland and France", territories(in_shop, {"CH", "FR"}), in_france, genuine("", kBuy)});
    rows.push_back({group, "everywhere", in_shop, in_france, genuine("", kBuy)});
    rows.push_back({group, "Switzerland only, and sold before that was said", territories(sold, {"CH"}), owner,
                    genuine("sold", kKeep)});
    const Make sold_there = then(swiss, "shop", [](Scene& at) { return op::Sell{at.items, "CH"}; });
    rows.push_back({group, "Switzerland only, and sold there since", sold_there, owner,
                    caution("sold outside_territory", kAsk)});
}

Asked from(Purpose purpose, std::string seller) {
    Asked asked{purpose};
    asked.seller = std::move(seller);
    return asked;
}

void add_sellers(Rows& rows) {
    const std::string group = "Who offers or sold it";
    using ledger::SellerStanding;
    rows.push_back({group, "the shop that has it", in_shop, from(kBuyNew, "shop"), genuine("", kBuy)});
    rows.push_back({group, "a shop that does not have it", in_shop, from(kBuyNew, "outlet"),
                    caution("holder_mismatch", kAsk)});
    rows.push_back({group, "the shop that sold it", sold, from(kOwn, "shop"), genuine("sold", kKeep)});
    rows.push_back({group, "another than the shop that sold it", sold, from(kOwn, "outlet"),
                    caution("sold holder_mismatch", kAsk)});
    rows.push_back({group, "anybody, second-hand", sold, from(kResale, "outlet"), genuine("sold", kBuy)});
    rows.push_back({group, "a shop on a platform", with_platform, from(kBuyNew, kShopDigits), genuine("", kBuy)});
    rows.push_back({group, "a shop that no platform knows", with_platform, from(kBuyNew, kOtherDigits),
                    caution("shop_unknown", kAsk)});
    rows.push_back({group, "a shop that was warned", standing(with_platform, SellerStanding::kWarned),
                    from(kBuyNew, kShopDigits), genuine("shop_warned", kAsk)});
    rows.push_back({group, "a shop that was suspended", standing(with_platform, SellerStanding::kSuspended),
                    from(kBuyNew, kShopDigits), caution("shop_suspended", kAsk)});
    rows.push_back({group, "a shop that was closed", standing(with_platform, SellerStanding::kClosed),
                    from(kBuyNew, kShopDigits), caution("shop_closed", kAsk)});
    rows.push_back({group, "a shop that was closed, attested and let in elsewhere", reopened, from(kBuyNew, kShopDigits),
                    genuine("shop_reopened", kAsk)});
    rows.push_back({group, "a shop that one platform closed and another lets sell, which attests it itself",
                    attested(closed_on_one(), {"bazaar"}), from(kBuyNew, kShopDigits), caution("shop_closed", kAsk)});
    rows.push_back({group, "the same, attested by the one that closed it and by one more platform",
                    attested(closed_on_one(), {"bazaar", "market", "souk"}), from(kBuyNew, kShopDigits),
                    caution("shop_closed", kAsk)});
    rows.push_back({group, "the same, attested by two platforms without part in it",
                    attested(closed_on_one(), {"souk", "agora"}), from(kBuyNew, kShopDigits),
                    genuine("shop_reopened", kAsk)});
    rows.push_back({group, "the same, attested by a regulator", attested(closed_on_one(), {"customs"}),
                    from(kBuyNew, kShopDigits), genuine("shop_reopened", kAsk)});
    rows.push_back({group, "a shop that a platform closed which had it for less than a day, and another lets sell",
                    smeared(SellerStanding::kClosed), from(kBuyNew, kShopDigits), genuine("", kBuy)});
    rows.push_back({group, "a shop that a platform suspended which had it for less than a day, and another lets sell",
                    smeared(SellerStanding::kSuspended), from(kBuyNew, kShopDigits), genuine("", kBuy)});
    rows.push_back({group, "sold through a shop on a platform", sold_on_platform, {}, genuine("sold", kKeep)});
    rows.push_back({group, "sold through another shop than the one named", sold_on_platform, from(kOwn, kOtherDigits),
                    caution("sold holder_mismatch shop_unknown", kAsk)});
    rows.push_back({group, "sold through a shop that was closed since",
                    standing(sold_on_platform, SellerStanding::kClosed), {}, genuine("sold shop_closed", kAsk)});
}

}  // namespace

const std::vector<Situation>& situations() {
    static const Rows kRows = [] {
        Rows rows;
        add_unregistered(rows);
        add_on_the_way(rows);
        add_scans(rows);
        add_sold(rows);
        add_flags(rows);
        add_reports(rows);
        add_recalls(rows);
        add_recalls_of_unknown_lots(rows);
        add_print(rows);
        add_ends(rows);
        add_authority(rows);
        add_territories(rows);
        add_sellers(rows);
        return rows;
    }();
    return kRows;
}

}  // namespace touchstone::test
