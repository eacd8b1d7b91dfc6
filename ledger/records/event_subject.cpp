#include "ledger/records/event_subject.h"

#include "ledger/records/record_codecs.h"
#include "ledger/records/report_records.h"
#include "ledger/records/seller_records.h"

namespace touchstone::ledger {

std::string_view name_of(SubjectKind kind) {
    switch (kind) {
        case SubjectKind::kItem:
            return "item";
        case SubjectKind::kProduct:
            return "product";
        case SubjectKind::kContainer:
            return "container";
        case SubjectKind::kReport:
            return "report";
        case SubjectKind::kSeller:
            return "seller";
    }
    INVARIANT(false);
}

namespace {

template <class Record>
std::optional<EventSubject> subject_of(SubjectKind kind, ByteView bytes, std::string Record::*gtin,
                                       std::string Record::*lot) {
    const auto record = Record::decode(bytes);
    if (!record.ok()) return std::nullopt;
    EventSubject subject{kind, {}, {}, record->event_count, record->event_head};
    if (gtin != nullptr) subject.gtin = (*record).*gtin;
    if (lot != nullptr) subject.lot = (*record).*lot;
    return subject;
}

}  // namespace

std::optional<EventSubject> event_subject(ByteView record) {
    switch (kind_of_record(record).value_or(RecordKind::kTransaction)) {
        case RecordKind::kProduct:
            return subject_of<ProductRecord>(SubjectKind::kProduct, record, &ProductRecord::gtin, nullptr);
        case RecordKind::kItem:
            return subject_of<ItemRecord>(SubjectKind::kItem, record, &ItemRecord::gtin, &ItemRecord::lot);
        case RecordKind::kContainer:
            return subject_of<ContainerRecord>(SubjectKind::kContainer, record, nullptr, nullptr);
        case RecordKind::kSeller:
            return subject_of<SellerRecord>(SubjectKind::kSeller, record, nullptr, nullptr);
        case RecordKind::kReport: {
            auto subject = subject_of<ReportRecord>(SubjectKind::kReport, record, nullptr, nullptr);
            if (!subject) return std::nullopt;
            const auto report = ReportRecord::decode(record);
            subject->gtin = report->subject.gtin;
            subject->lot = report->subject.lot;
            return subject;
        }
        default:
            return std::nullopt;
    }
}

}  // namespace touchstone::ledger
