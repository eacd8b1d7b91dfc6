// What the situations are made of: a scene is a function that plays operations; scenes are put together from those before
// them.
#pragma once

#include "ledger/schema/governance_operations.h"
#include "tests/rpc/situations.h"

namespace touchstone::test::scenes {

namespace op = ledger::op;
using ledger::ItemFlag;
using ledger::ItemState;
using Make = std::function<void(Scene&)>;

inline constexpr ledger::Day kMadeOn = 19'990, kExpiry = 20'100;  // 2024-09-24 and 2025-01-12
inline const std::string kExpiryText = "2025-01-12";

inline void declare(Scene& scene) { scene.run("brand", op::DeclareProduct{kGtin, "Lamp", {}, {}}); }

inline op::Register registration(const Scene& scene) {
    op::Register made;
    made.items = scene.items;
    made.lot = "L1";
    made.expiry = kExpiry;
    made.made_on = kMadeOn;
    return made;
}

inline void registered(Scene& scene) {
    declare(scene);
    scene.run("brand", registration(scene));
}

// Without lot and dates.
inline void registered_barely(Scene& scene) {
    declare(scene);
    op::Register made;
    made.items = scene.items;
    scene.run("brand", made);
}

inline void contract_made(Scene& scene) {
    declare(scene);
    scene.run("brand", op::GrantLicence{kGtin, "maker", 100, 0, 0, {}});
    scene.run("maker", registration(scene));
}

inline void ship(Scene& scene, const std::string& from, const std::string& to) {
    scene.run(from, op::Ship{scene.items, to, {}});
}
inline void hand(Scene& scene, const std::string& from, const std::string& to) {
    ship(scene, from, to);
    scene.run(to, op::Receive{scene.items});
}

inline void in_shop(Scene& scene) {
    registered(scene);
    hand(scene, "brand", "shop");
}
inline void sold(Scene& scene) {
    in_shop(scene);
    scene.run("shop", op::Sell{scene.items, {}});
}
inline void come_back(Scene& scene) { scene.run("shop", op::Return{scene.items, "did not fit"}); }
inline void returned(Scene& scene) {
    sold(scene);
    come_back(scene);
}
inline void returned_thrice(Scene& scene) {
    returned(scene);
    for (int i = 0; i < 2; ++i) {
        scene.run("shop", op::Sell{scene.items, {}});
        come_back(scene);
    }
}

inline ledger::ContainerName box(std::uint64_t number) {
    return {"brand", ledger::sscc_commitment(std::to_string(number))};
}
inline void packed(Scene& scene) {
    in_shop(scene);
    scene.run("shop", op::Pack{{"shop", ledger::sscc_commitment("1")}, scene.items, {}});
}
inline void on_a_pallet(Scene& scene) {
    registered(scene);
    scene.run("brand", op::Pack{box(1), scene.items, {}});
    scene.run("brand", op::Pack{box(2), {}, {box(1)}});
    scene.run("brand", op::Ship{{}, "carrier", {}, {box(2)}});
}
inline Make after(Make scene, std::function<void(Scene&)> more) {
    return [scene = std::move(scene), more = std::move(more)](Scene& at) {
        scene(at);
        more(at);
    };
}
// One more operation.
inline Make then(Make scene, std::string who, std::function<ledger::Operation(Scene&)> what) {
    return after(std::move(scene), [=](Scene& at) { at.run(who, what(at)); });
}

inline Make flagged(Make scene, std::string who, ItemFlag flag) {
    return then(std::move(scene), std::move(who), [=](Scene& at) { return op::Flag{at.items, flag, {}}; });
}
inline Make inspected(Make scene, std::string who, ledger::Finding finding) {
    return then(std::move(scene), std::move(who), [=](Scene& at) { return op::Inspect{at.items, finding, {}}; });
}
inline Make ended(ItemState into) {
    return then(registered, "brand", [=](Scene& at) { return op::Decommission{at.items, into, {}}; });
}
inline Make recalled(op::Recall recall, std::string who = "brand") {
    return then(in_shop, std::move(who), [=](Scene&) { return recall; });
}
inline Make territories(Make scene, std::vector<std::string> countries) {
    return then(std::move(scene), "brand", [=](Scene&) { return op::SetTerritories{kGtin, countries}; });
}
inline Make suspended(Make scene, std::string who) {
    return after(std::move(scene), [=](Scene& at) { at.decide(ledger::change::Suspend{who}); });
}

inline Hash256 report(Scene& scene, const std::string& who, ledger::ReportKind kind = ledger::ReportKind::kCounterfeit) {
    const ledger::ReportSubject about{ledger::ReportSubjectKind::kItem, scene.item.commitment, kGtin, {}, {}, {}};
    return ledger::report_id(scene.run(who, op::Report{about, kind, "the seal is missing", {}, {}}), 0);
}
inline Make reported(std::string who) {
    return after(in_shop, [=](Scene& at) { report(at, who); });
}
inline Make resolved(std::string by, ledger::ReportOutcome outcome, ledger::ReportKind kind = ledger::ReportKind::kCounterfeit) {
    return after(in_shop, [=](Scene& at) { at.run(by, op::Resolve{report(at, "shop", kind), outcome, "looked at"}); });
}

inline Hash256 shop() { return *Hash256::from_hex(kShopDigits); }
inline void with_platform(Scene& scene) {
    registered(scene);
    hand(scene, "brand", "market");
    scene.run("market", op::RegisterSeller{shop(), "CH"});
}
inline Make standing(Make scene, ledger::SellerStanding standing) {
    return then(std::move(scene), "market", [=](Scene&) { return op::SetSellerStanding{shop(), standing, "complaints"}; });
}
inline void sold_on_platform(Scene& scene) {
    with_platform(scene);
    scene.run("market", op::Sell{scene.items, {}, shop()});
}
// Platforms that have a shop bind others with what they say of it after a day.
inline Make a_day_later(Make scene) {
    return after(std::move(scene), [](Scene& at) { at.wait(limits::kShopHadMs); });
}
inline void on_two_platforms(Scene& scene) {
    with_platform(scene);
    scene.run("bazaar", op::RegisterSeller{shop(), "CH"});
}
// Market closes it, and bazaar lets it sell.
inline Make closed_on_one() { return standing(a_day_later(on_two_platforms), ledger::SellerStanding::kClosed); }
inline Make attested(Make scene, std::vector<std::string> by) {
    return after(std::move(scene), [=](Scene& at) {
        for (const std::string& one : by) at.run(one, op::AttestSeller{shop(), "new owner"});
    });
}
inline void reopened(Scene& scene) {
    attested(standing(a_day_later(with_platform), ledger::SellerStanding::kClosed), {"customs"})(scene);
    scene.run("bazaar", op::RegisterSeller{shop(), "CH"});
}
// Souk never had it, and says so of it before bazaar has it.
inline Make smeared(ledger::SellerStanding standing) {
    return after(with_platform, [=](Scene& at) {
        at.run("souk", op::RegisterSeller{shop(), "DE"});
        at.run("souk", op::SetSellerStanding{shop(), standing, "squatted"});
    });
}

inline void licence_revoked(Scene& scene) {
    contract_made(scene);
    hand(scene, "maker", "shop");
    scene.run("brand", op::RevokeLicence{kGtin, "maker", "fraud"});
}
inline void made_under_suspended_brand(Scene& scene) {
    declare(scene);
    scene.run("brand", op::GrantLicence{kGtin, "maker", 100, 0, 0, {}});
    scene.decide(ledger::change::Suspend{"brand"});
    scene.run("maker", registration(scene));
    hand(scene, "maker", "shop");
}

}  // namespace touchstone::test::scenes
