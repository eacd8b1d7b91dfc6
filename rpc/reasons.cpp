#include "rpc/reasons.h"

#include "base/check.h"
#include "base/limits.h"
#include "rpc/json_writer.h"

namespace touchstone::rpc {
namespace {

constexpr Effect kSilent{};
constexpr Effect note(Action action) { return {true, VerdictKind::kGenuine, action}; }
constexpr Effect caution(Action action) { return {true, VerdictKind::kCaution, action}; }
constexpr Effect unknown(Action action) { return {true, VerdictKind::kUnknown, action}; }
constexpr Action kKeep = Action::kKeep, kBuy = Action::kBuy, kAsk = Action::kAsk, kDoNotUse = Action::kDoNotUse,
                 kTakeDown = Action::kTakeDown, kReport = Action::kReport;

// The columns: buy_new, own, resale, dispense, inspect. What several reasons have in common:
using Effects = std::array<Effect, kPurposeCount>;
constexpr Effects kDoubtful{caution(kAsk), caution(kAsk), caution(kAsk), caution(kDoNotUse), caution(kReport)};
constexpr Effects kHarmful{caution(kDoNotUse), caution(kDoNotUse), caution(kTakeDown), caution(kDoNotUse),
                           caution(kReport)};
// What came to light later says nothing of what was made before; who is about to buy may still want to know.
constexpr Effects kLater{note(kAsk), note(kKeep), note(kAsk), note(kAsk), note(kKeep)};
// Many makers print a lot that they do not register: no trouble for a shopper. A pharmacist has no way to see whether a
// recalled lot is meant.
constexpr Effects kNotOnRecord{note(kBuy), note(kKeep), note(kBuy), caution(kAsk), note(kAsk)};

constexpr std::array<ReasonInfo, kReasonCount> kReasons{{
    {Reason::kNeverRegistered, "never_registered",
     {unknown(kAsk), unknown(kAsk), unknown(kAsk), unknown(kDoNotUse), unknown(kReport)},
     "No such serial was ever registered for this product. It may be mistyped, or not made under this name.",
     "the item is absent"},
    {Reason::kProductUnknown, "product_unknown", kDoubtful, "No brand has declared a product with this GTIN.",
     "the product is absent"},
    {Reason::kRecalled, "recalled",
     {caution(kDoNotUse), caution(kDoNotUse), caution(kTakeDown), caution(kDoNotUse), caution(kDoNotUse)},
     "The product, its lot or this item is recalled. Do not use it; ask the seller or the brand.",
     "the item has the flag recalled, or one of the product's recalls is of the item (its lot, or the lot that is "
     "printed on it, whatever its case and blanks, or any lot where it has neither; its maker; its day of manufacture, "
     "where one is recorded) and holds in the country, where one is named"},
    {Reason::kRecalledElsewhere, "recalled_elsewhere",
     {note(kAsk), kSilent, note(kAsk), note(kAsk), note(kKeep)},
     "The item is recalled in another country than the one that was asked about.",
     "a country is named, a recall is of the item, and none holds in that country"},
    {Reason::kStolen, "stolen",
     {caution(kReport), caution(kReport), caution(kTakeDown), caution(kReport), caution(kReport)},
     "The item was reported stolen.", "the item has the flag stolen"},
    {Reason::kCounterfeit, "counterfeit",
     {caution(kReport), caution(kDoNotUse), caution(kTakeDown), caution(kReport), caution(kReport)},
     "Something with this serial was found to be counterfeit in a report that was upheld, or an inspector suspects it to "
     "be. There may be a genuine one beside it.",
     "the item has the flag counterfeit, which only a regulator clears"},
    {Reason::kSuspect, "suspect", {caution(kAsk), caution(kAsk), caution(kAsk), caution(kDoNotUse), caution(kAsk)},
     "A member of the ledger marked the item as suspect.", "the item has the flag suspect"},
    {Reason::kQuarantined, "quarantined",
     {caution(kDoNotUse), caution(kAsk), caution(kTakeDown), caution(kDoNotUse), caution(kAsk)},
     "The item is held back while somebody looks into it, and should not be on sale.",
     "the item has the flag quarantined"},
    {Reason::kMissing, "missing", kDoubtful,
     "A receiver did not find the item in the container that it was sent in. It may have been taken out on the way.",
     "the item has the flag missing"},
    {Reason::kNonconform, "nonconform", kHarmful,
     "An inspector found that the item is not as it should be.", "the item has the flag nonconform"},
    {Reason::kLotMismatch, "lot_mismatch", kDoubtful,
     "The lot printed on the item is not the one it was registered with.",
     "a lot is named, the item has one, and they differ"},
    {Reason::kLotNotRecorded, "lot_not_recorded", kNotOnRecord,
     "The item was registered without a lot, so that the printed one can not be compared.",
     "a lot is named, and the item has none"},
    {Reason::kExpiryMismatch, "expiry_mismatch", kDoubtful,
     "The expiry date printed on the item is not the one it was registered with.",
     "an expiry date is named, the item has one, and they differ"},
    {Reason::kExpiryNotRecorded, "expiry_not_recorded", kNotOnRecord,
     "The item was registered without an expiry date, so that the printed one can not be compared.",
     "an expiry date is named, or the item is to be dispensed, and it has none"},
    {Reason::kExpired, "expired",
     {caution(kDoNotUse), caution(kDoNotUse), caution(kTakeDown), caution(kDoNotUse), caution(kDoNotUse)},
     "The item's expiry date has passed.",
     "the item's expiry date or the printed one is before the day, in UTC, of the reader's clock or of the block, "
     "whichever is later"},
    {Reason::kMakerSuspended, "maker_suspended", kDoubtful,
     "The organisation that registered the item was suspended from the ledger by then.",
     "the maker is suspended, and the item was registered when it was or later"},
    {Reason::kMakerSuspendedLater, "maker_suspended_later", kLater,
     "The organisation that registered the item was suspended from the ledger afterwards.",
     "the maker is suspended, and the item was registered before"},
    {Reason::kBrandSuspended, "brand_suspended", kDoubtful,
     "The product's brand was suspended from the ledger when the item was registered.",
     "the brand, which is not the maker, is suspended, and the item was registered when it was or later"},
    {Reason::kBrandSuspendedLater, "brand_suspended_later", kLater,
     "The product's brand was suspended from the ledger after the item was registered.",
     "the brand, which is not the maker, is suspended, and the item was registered before"},
    {Reason::kLicenceRevoked, "licence_revoked", kDoubtful,
     "The brand had revoked the maker's licence for this product when the item was registered.",
     "the product names the maker among the revoked licences, and the item was registered when it was or later"},
    {Reason::kLicenceRevokedLater, "licence_revoked_later", kLater,
     "The brand revoked the maker's licence for this product after the item was registered.",
     "the product names the maker among the revoked licences, and the item was registered before"},
    {Reason::kHolderSuspended, "holder_suspended",
     {caution(kAsk), kSilent, caution(kAsk), caution(kAsk), note(kAsk)},
     "The organisation that holds the item is suspended from the ledger.",
     "the item is not sold nor at an end, and its holder is suspended"},
    {Reason::kExported, "exported", kDoubtful, "The item was exported for good, and should not be on sale here.",
     "the item's state"},
    {Reason::kSampled, "sampled", kDoubtful, "The item was used up as a sample, and should not be on sale.",
     "the item's state"},
    {Reason::kDestroyed, "destroyed", kHarmful,
     "The item was recorded as destroyed. What is in your hands is another thing, or should not be.",
     "the item's state"},
    {Reason::kLost, "lost",
     {caution(kReport), caution(kAsk), caution(kTakeDown), caution(kDoNotUse), caution(kReport)},
     "The item was recorded as lost on its way, and should not be on sale.",
     "the state of the item, or of the outermost container that it is in"},
    {Reason::kVoided, "voided",
     {caution(kDoNotUse), caution(kAsk), caution(kTakeDown), caution(kDoNotUse), caution(kReport)},
     "The item was registered by mistake and withdrawn: nothing with this serial should be on sale.",
     "the item's state"},
    {Reason::kInTransit, "in_transit", {note(kAsk), note(kKeep), note(kAsk), caution(kAsk), note(kKeep)},
     "The item was shipped and its receiver has not accepted it yet.",
     "the state of the item, or of the outermost container that it is in"},
    {Reason::kSold, "sold", {caution(kAsk), note(kKeep), note(kBuy), caution(kDoNotUse), note(kKeep)},
     "The item was sold to a consumer. That is as it should be for its buyer; beware if it is offered as new.",
     "the item's state"},
    {Reason::kSoldBefore, "sold_before", {note(kAsk), note(kKeep), note(kBuy), caution(kAsk), note(kKeep)},
     "The item was sold before and came back.", "the item has returns, and is not sold"},
    {Reason::kReturnedOften, "returned_often",
     {caution(kAsk), note(kAsk), caution(kAsk), caution(kDoNotUse), note(kAsk)},
     "The item came back from buyers, or its sale was cancelled, several times. Somebody may return other things under its serial.",
     "the item has 3 returns and cancelled sales or more"},
    {Reason::kNotReleased, "not_released",
     {caution(kAsk), kSilent, caution(kAsk), caution(kDoNotUse), note(kAsk)},
     "The item has not reached a shop: it is with its maker, a carrier or another that does not sell to consumers, in a "
     "sealed container, or on its way. Nobody should be offering it yet; a copied code would look like this.",
     "the item is not sold nor at an end, and it is packed, or in transit, or its holder has neither the role retailer "
     "nor platform and is not a brand that is named as the seller"},
    {Reason::kReclaimed, "reclaimed", {caution(kAsk), note(kAsk), caution(kAsk), caution(kAsk), note(kAsk)},
     "The item's owner wants it back from the organisation that holds it.",
     "the item is not sold nor at an end, and it, or the outermost container that it is in, is reclaimed"},
    {Reason::kHeldByAuthority, "held_by_authority",
     {caution(kReport), caution(kAsk), caution(kTakeDown), caution(kDoNotUse), note(kKeep)},
     "An authority holds the item: it was seized, or is being examined. Nobody else can have it in hand; a copied code "
     "would look like this.",
     "the item is not sold nor at an end, and its holder has the role regulator"},
    {Reason::kOwnershipOffered, "ownership_offered", {kSilent, kSilent, note(kBuy), kSilent, note(kKeep)},
     "The item's owner has offered it to another organisation, which has not answered yet.",
     "the item is offered to somebody"},
    {Reason::kOpenReport, "open_report",
     {caution(kAsk), caution(kAsk), caution(kAsk), caution(kAsk), caution(kAsk)},
     "Somebody who has to do with this item filed a report about it that is not resolved yet. It says nothing of whether "
     "the report is right.",
     "the item has open reports"},
    {Reason::kOutsideTerritory, "outside_territory", kDoubtful,
     "The brand does not offer this product in that country. The item is registered, but meant for another market.",
     "a country is named, and the product's territories do not have it; not of what was sold before they were set"},
    {Reason::kHolderMismatch, "holder_mismatch",
     {caution(kAsk), caution(kAsk), kSilent, caution(kAsk), caution(kReport)},
     "The seller that you named does not hold this item and did not sell it.",
     "a seller is named; an organisation that neither holds the item, nor receives it, nor has sold it; or the pseudonym "
     "of another shop than the one that a sold item was sold through"},
    {Reason::kShopUnknown, "shop_unknown", {caution(kAsk), note(kAsk), caution(kAsk), caution(kDoNotUse), note(kReport)},
     "No platform knows the shop that you named.", "a shop is named by its pseudonym, and has no record"},
    {Reason::kShopClosed, "shop_closed", {caution(kAsk), note(kAsk), caution(kAsk), caution(kAsk), note(kReport)},
     "A platform closed the shop that offers or sold this item.",
     "the shop that is named, or else the one that a sold item was sold through, is closed on a platform that had it for a "
     "day before or beside which no other lets it sell, and it is not back as below"},
    {Reason::kShopReopened, "shop_reopened", {note(kAsk), note(kKeep), note(kAsk), note(kAsk), note(kKeep)},
     "A platform closed the shop that offers or sold this item; it was attested since, and another platform has it.",
     "the same, but a platform lets it sell, and since that closing it was attested: by a regulator, or by two platforms, "
     "none of which closed it or lets it sell"},
    {Reason::kShopSuspended, "shop_suspended", {caution(kAsk), note(kAsk), caution(kAsk), caution(kAsk), note(kAsk)},
     "A platform suspended the shop that offers or sold this item.",
     "that shop is suspended on a platform that had it for a day before or beside which no other lets it sell"},
    {Reason::kShopWarned, "shop_warned", {note(kAsk), note(kKeep), note(kAsk), note(kAsk), note(kKeep)},
     "A platform warned the shop that offers or sold this item.",
     "that shop is warned on a platform that had it for a day before or beside which no other lets it sell"},
}};

constexpr bool in_order() {
    for (std::size_t i = 0; i < kReasonCount; ++i)
        if (kReasons[i].reason != static_cast<Reason>(i) || kReasons[i].code.empty()) return false;
    return true;
}
static_assert(in_order());

std::string cell(const Effect& effect) {
    if (!effect.told) return "–";
    std::string text(effect.weight == VerdictKind::kGenuine ? "" : effect.weight == VerdictKind::kCaution ? "**" : "***");
    const std::string mark = text;
    return text.append(name_of(effect.action)).append(mark);
}

void write_effect(JsonWriter& out, const Effect& effect) {
    if (!effect.told) return void(out.null());
    out.begin_object().field("weight", name_of(effect.weight)).field("action", name_of(effect.action)).end_object();
}

}  // namespace

std::string_view name_of(VerdictKind kind) { return enum_name(kind); }
std::string_view name_of(Purpose purpose) { return enum_name(purpose); }
std::optional<Purpose> purpose_from(std::string_view name) { return enum_from<Purpose>(name); }
std::string_view name_of(Action action) { return enum_name(action); }

std::string_view meaning_of(Action action) {
    switch (action) {
        case Action::kKeep:
            return "Nothing is to be done.";
        case Action::kBuy:
            return "Nothing speaks against buying it.";
        case Action::kAsk:
            return "Ask the seller, the maker or the brand before you go on.";
        case Action::kDoNotUse:
            return "Neither use it nor hand it to anybody.";
        case Action::kTakeDown:
            return "Take the offer down, and hand nothing out.";
        case Action::kReport:
            return "Leave it alone, and tell the brand or an authority.";
    }
    INVARIANT(false);
}

Action default_action(Purpose purpose) {
    return purpose == Purpose::kBuyNew || purpose == Purpose::kResale ? Action::kBuy : Action::kKeep;
}

std::string reasons_documentation() {
    std::string text =
        "\n## Reasons of a verdict\n\nWhat each reason does for each purpose: the action; in **bold** when the reason alone "
        "makes the verdict\n`caution`, in ***bold italics*** when it makes it `unknown`, and plain when it is a note that "
        "leaves it `genuine`. A dash:\nit is not told for that purpose.\n\n| reason |";
    for (const auto& [purpose, name] : kEnumNames<Purpose>) text.append(" ").append(name).append(" |");
    text += " when | meaning |\n|---|---|---|---|---|---|---|---|\n";
    for (const ReasonInfo& one : kReasons) {
        text.append("| `").append(one.code).append("` |");
        for (const Effect& effect : one.effects) text.append(" ").append(cell(effect)).append(" |");
        text.append(" ").append(one.when).append(" | ").append(one.meaning).append(" |\n");
    }
    text += "\n| action, by urgency | meaning |\n|---|---|\n";
    for (const auto& [action, name] : kEnumNames<Action>)
        text.append("| `").append(name).append("` | ").append(meaning_of(action)).append(" |\n");
    return text;
}

std::string reasons_json() {
    std::string text;
    JsonWriter out(text);
    out.begin_object().field("default_purpose", name_of(kDefaultPurpose)).field("returns_often", kReturnsOften);
    out.field("shop_had_ms", limits::kShopHadMs);
    out.key("actions").begin_array();
    for (const auto& [action, name] : kEnumNames<Action>) out.string(name);
    out.end_array().key("default_actions").begin_object();
    for (const auto& [purpose, name] : kEnumNames<Purpose>) out.field(name, name_of(default_action(purpose)));
    out.end_object().key("reasons").begin_array();
    for (const ReasonInfo& one : kReasons) {
        text.append("\n ");
        out.begin_object().field("code", one.code).field("meaning", one.meaning).key("effects").begin_object();
        for (const auto& [purpose, name] : kEnumNames<Purpose>) write_effect(out.key(name), one.effect(purpose));
        out.end_object().end_object();
    }
    out.end_array().end_object();
    return text + "\n";
}

const ReasonInfo& info(Reason reason) { return kReasons[static_cast<std::size_t>(reason)]; }
std::span<const ReasonInfo, kReasonCount> reasons() { return kReasons; }

}  // namespace touchstone::rpc
