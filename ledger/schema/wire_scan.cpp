#include "ledger/schema/wire_scan.h"

#include <optional>

#include "ledger/schema/pb.h"

namespace touchstone::ledger {
namespace {

constexpr std::uint32_t kOperationsField = 6;  // Payload.operations in transaction.proto
constexpr std::size_t kPayloadFieldsBeside = 16;
constexpr std::size_t kOperationFieldsMax = 1;  // a oneof: a second one would replace the first

struct Field {
    std::uint32_t number = 0;
    std::optional<ByteView> content;  // of length-delimited fields
};

class FieldReader {
  public:
    explicit FieldReader(ByteView in) : in_(in) {}
    bool done() const { return in_.empty(); }

    // nullopt: malformed. Groups (wire types 3 and 4) are no part of this schema.
    std::optional<Field> next() {
        const auto tag = varint();
        if (!tag || *tag > UINT32_MAX || (*tag >> 3) == 0) return std::nullopt;
        Field field{static_cast<std::uint32_t>(*tag >> 3), std::nullopt};
        switch (*tag & 7) {
            case 0:
                return varint() ? std::optional(field) : std::nullopt;
            case 1:
                return take(8) ? std::optional(field) : std::nullopt;
            case 5:
                return take(4) ? std::optional(field) : std::nullopt;
            case 2: {
                const auto length = varint();
                if (!length) return std::nullopt;
                field.content = take(*length);
                return field.content ? std::optional(field) : std::nullopt;
            }
            default:
                return std::nullopt;
        }
    }

  private:
    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 70; shift += 7) {
            if (in_.empty()) return std::nullopt;
            const std::uint8_t byte = in_.front();
            in_ = in_.subspan(1);
            if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        return std::nullopt;
    }
    std::optional<ByteView> take(std::uint64_t size) {
        if (size > in_.size()) return std::nullopt;
        const ByteView taken = in_.first(static_cast<std::size_t>(size));
        in_ = in_.subspan(static_cast<std::size_t>(size));
        return taken;
    }
    ByteView in_;
};

// All fields of a message and of those in it, at most `left` together. A field that the schema does not know is
// malformed here already: Protobuf would keep each, at many times its size on the wire.
WireVerdict scan_message(ByteView message, const google::protobuf::Descriptor& type, std::size_t& left) {
    FieldReader reader(message);
    while (!reader.done()) {
        if (left-- == 0) return WireVerdict::kTooManyFields;
        const auto field = reader.next();
        if (!field) return WireVerdict::kMalformed;
        const auto* const known = type.FindFieldByNumber(static_cast<int>(field->number));
        if (known == nullptr) return WireVerdict::kUnknownField;
        if (known->message_type() == nullptr) continue;
        if (!field->content) return WireVerdict::kMalformed;
        if (const auto verdict = scan_message(*field->content, *known->message_type(), left);
            verdict != WireVerdict::kFits)
            return verdict;
    }
    return WireVerdict::kFits;
}

WireVerdict scan_operation(ByteView operation, const WireBounds& bounds) {
    // A oneof: a second kind would replace the first.
    FieldReader reader(operation);
    for (std::size_t count = 0; !reader.done(); ++count) {
        if (count == kOperationFieldsMax) return WireVerdict::kTooManyFields;
        if (!reader.next()) return WireVerdict::kMalformed;
    }
    std::size_t left = bounds.fields_per_operation;
    return scan_message(operation, *pb::Operation::descriptor(), left);
}

}  // namespace

WireVerdict scan_payload(ByteView payload, const WireBounds& bounds) {
    FieldReader reader(payload);
    std::size_t operations = 0;
    std::size_t others = 0;
    while (!reader.done()) {
        const auto field = reader.next();
        if (!field) return WireVerdict::kMalformed;
        if (field->number != kOperationsField) {
            if (++others > kPayloadFieldsBeside) return WireVerdict::kTooManyFields;
            continue;
        }
        if (!field->content) return WireVerdict::kMalformed;
        if (++operations > bounds.operations) return WireVerdict::kTooManyOperations;
        if (const auto verdict = scan_operation(*field->content, bounds); verdict != WireVerdict::kFits) return verdict;
    }
    return WireVerdict::kFits;
}

}  // namespace touchstone::ledger
