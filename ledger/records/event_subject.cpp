#include "ledger/records/event_subject.h"

#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"

namespace touchstone::ledger {

std::string_view name_of(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::kItem:
            return "item";
        case SubjectKind::kProduct:
            return "product";
        case SubjectKind::kLot:
            return "lot";
        case SubjectKind::kContainer:
            return "container";
        case SubjectKind::kReport:
            return "report";
        case SubjectKind::kSeller:
            return "seller";
    }
    INVARIANT(false);
}

std::optional<EventSubject> event_subject(const Hash256& key, ByteView record) {
    if (const auto product = ProductRecord::decode(record); product.ok() && product_key(product->gtin) == key)
        return EventSubject{SubjectKind::kProduct, product->gtin, {}, product->event_count, product->event_head};
    if (const auto lot = LotRecord::decode(record); lot.ok() && lot_key(lot->gtin, lot->lot) == key)
        return EventSubject{SubjectKind::kLot, lot->gtin, lot->lot, lot->event_count, lot->event_head};
    if (const auto report = ReportRecord::decode(record); report.ok() && report->id == key)
        return EventSubject{SubjectKind::kReport, report->subject.gtin, report->subject.lot, report->event_count,
                            report->event_head};
    if (const auto seller = SellerRecord::decode(record); seller.ok() && seller_key(seller->pseudonym) == key)
        return EventSubject{SubjectKind::kSeller, {}, {}, seller->event_count, seller->event_head};
    if (const auto item = ItemRecord::decode(record); item.ok())
        return EventSubject{SubjectKind::kItem, item->gtin, item->lot, item->event_count, item->event_head};
    if (const auto box = ContainerRecord::decode(record); box.ok())
        return EventSubject{SubjectKind::kContainer, {}, {}, box->event_count, box->event_head};
    return std::nullopt;
}

}  // namespace touchstone::ledger
