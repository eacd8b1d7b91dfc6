// Reads the described fields of an operation from its Protobuf message and checks the form of each: the other half of
// protobuf_writer.h. The first fault sticks, and what is read after it is not used. One object per transaction; one
// thread.
#pragma once

#include <fmt/format.h>

#include "ledger/identifiers/countries.h"
#include "ledger/identifiers/gs1.h"
#include "ledger/identifiers/text.h"
#include "ledger/records/parameters.h"
#include "ledger/schema/operations.h"
#include "ledger/schema/pb.h"

namespace touchstone::ledger {

class FieldFaults {
  public:
    explicit FieldFaults(const Parameters& parameters) : parameters_(parameters) {}

    void refuse(Refusal refusal, std::string detail) {
        if (!fault_) fault_ = Rejection{refusal, std::move(detail)};
    }
    void count_units(std::size_t count) {
        units_ += count;
        if (count > parameters_.items_per_register_max || units_ > parameters_.block_items_max)
            refuse(Refusal::kTooManyItems,
                   fmt::format("{} items in one operation, {} in the transaction", count, units_));
    }
    const std::optional<Rejection>& fault() const { return fault_; }
    std::size_t units() const { return units_; }

  private:
    const Parameters& parameters_;
    std::optional<Rejection> fault_;
    std::size_t units_ = 0;
};

class ProtobufReader {
  public:
    ProtobufReader(const google::protobuf::Message& message, FieldFaults& faults)
        : message_(message), reflection_(*message.GetReflection()), faults_(faults) {
        if (has_unknown_fields(message)) refuse(Refusal::kMalformed, "a message has a field that is not in the schema");
    }

    template <class Type>
    void read(Type& value) {
        static_assert(HasFault<Type> || !requires { &Type::fault; },
                      "fault() must be const and answer std::optional<Rejection>: else it is never asked");
        FieldsOf<Type>::visit(value, *this);
        if constexpr (HasFault<Type>) {
            if (faults_.fault()) return;
            if (auto fault = value.fault()) refuse(fault->refusal, std::move(fault->detail));
        }
    }

    // Texts.
    void operator()(const field::Gtin& tag, std::string& value) {
        value = text(tag);
        if (value.empty() && tag.need == field::Need::kOptional) return;
        if (!is_gtin14(value)) refuse(Refusal::kBadGtin, "gtin is not 14 digits with a valid check digit");
    }
    void operator()(const field::Text& tag, std::string& value) {
        const std::string& read = text(tag);
        if (read.empty() && tag.need == field::Need::kRequired)
            return refuse(Refusal::kBadText, fmt::format("{} is empty", tag.name));
        if (read.size() > tag.bytes_max)
            return refuse(Refusal::kBadText,
                          fmt::format("{} has {} bytes, at most {}", tag.name, read.size(), tag.bytes_max));
        if (!is_plain_text(read))
            return refuse(Refusal::kBadText, fmt::format("{} has control characters or is not UTF-8", tag.name));
        value = read;
    }
    void operator()(const field::Organisation& tag, std::string& value) {
        value = text(tag);
        if (value.empty() && tag.need == field::Need::kOptional) return;
        if (!is_slug(value))
            refuse(Refusal::kUnknownRecipient, fmt::format("{} is not an organisation id", tag.name));
    }
    void operator()(const field::Organisations& tag, std::vector<std::string>& values) {
        values = texts(tag);
        if (values.size() > tag.most) refuse(Refusal::kTooLarge, fmt::format("more than {} {}", tag.most, tag.name));
        for (const std::string& value : values)
            if (!is_slug(value))
                refuse(Refusal::kUnknownRecipient, fmt::format("{}: not an organisation id", tag.name));
    }
    void operator()(const field::Lot& tag, std::string& value) {
        value = text(tag);
        if (!value.empty() && !is_lot(value)) refuse(Refusal::kBadLot, "lot is not 1 to 20 GS1 characters");
    }
    void operator()(const field::Gln& tag, std::string& value) {
        value = text(tag);
        if (!value.empty() && !is_gln(value)) refuse(Refusal::kBadText, fmt::format("{} is not a GLN", tag.name));
    }
    void operator()(const field::Country& tag, std::string& value) {
        value = text(tag);
        if (value.empty() && tag.need == field::Need::kRequired)
            return refuse(Refusal::kBadText, fmt::format("{} is missing", tag.name));
        if (!value.empty() && !is_country(value)) refuse(Refusal::kBadText, "country is no code of ISO 3166-1 alpha-2");
    }
    void operator()(const field::Countries& tag, std::vector<std::string>& values) {
        values = texts(tag);
        if (values.size() > limits::kCountriesMax || !is_country_list(values))
            refuse(Refusal::kBadCountries, "codes of ISO 3166-1 alpha-2, ascending, each once");
    }
    void operator()(const field::Prefixes& tag, std::vector<std::string>& values) {
        values = texts(tag);
        if (values.size() > limits::kPrefixesPerOrgMax || !is_prefix_list(values))
            refuse(Refusal::kBadPrefix, "4 to 12 digits each, ascending, each once");
    }

    // Bytes.
    void operator()(const field::Digest& tag, Hash256& value) {
        const std::string& read = text(tag);
        if (read.empty() && tag.need == field::Need::kOptional) return;
        const auto digest = Hash256::from_view(as_bytes(read));
        if (!digest) return refuse(Refusal::kMalformed, fmt::format("{} is not a digest of 32 bytes", tag.name));
        value = *digest;
    }
    void operator()(const field::Digests& tag, std::vector<Hash256>& values) {
        const std::string& read = text(tag);
        if (read.size() % Hash256::kSize != 0)
            return refuse(Refusal::kMalformed, fmt::format("{} are not of 32 bytes each", tag.name));
        if (read.size() / Hash256::kSize > tag.most)
            return refuse(Refusal::kTooLarge, fmt::format("{} has more than {} entries", tag.name, tag.most));
        values = split(read);
    }
    void operator()(const field::Key& tag, crypto::PublicKey& value) {
        const auto key = crypto::PublicKey::from_view(as_bytes(text(tag)));
        if (!key) return refuse(Refusal::kMalformed, fmt::format("{} is not a key of 32 bytes", tag.name));
        value = *key;
    }
    void operator()(const field::Key& tag, std::optional<crypto::PublicKey>& value) {
        if (text(tag).empty()) return;
        (*this)(tag, value.emplace());
    }
    void operator()(const field::Signature& tag, crypto::Signature& value) {
        const auto signature = crypto::Signature::from_view(as_bytes(text(tag)));
        if (!signature)
            return refuse(Refusal::kMalformed, fmt::format("{} is not a signature of 64 bytes", tag.name));
        value = *signature;
    }
    void operator()(const field::Events& tag, std::vector<Bytes>& values) {
        Reader reader(as_bytes(text(tag)));
        while (reader.remaining() > 0) {
            if (values.size() == tag.most)
                return refuse(Refusal::kCorrectionTooOld, fmt::format("more than {} events", tag.most));
            values.push_back(to_bytes(reader.bytes()));
        }
        if (!reader.finished()) refuse(Refusal::kMalformed, fmt::format("{} are not lengths and bytes", tag.name));
    }

    // Numbers.
    void operator()(const field::Date& tag, Day& value) {
        value = reflection_.GetUInt32(message_, field(tag));
        if (value > kDayMax) refuse(Refusal::kBadDate, fmt::format("{} is beyond the year 9999", tag.name));
    }
    void operator()(const field::Number& tag, std::uint64_t& value) {
        value = reflection_.GetUInt64(message_, field(tag));
    }
    void operator()(const field::Number& tag, std::uint32_t& value) {
        value = reflection_.GetUInt32(message_, field(tag));
    }
    void operator()(const field::Number& tag, std::uint16_t& value) {
        const std::uint32_t read = reflection_.GetUInt32(message_, field(tag));
        if (read > UINT16_MAX) return refuse(Refusal::kMalformed, fmt::format("{} is too large", tag.name));
        value = static_cast<std::uint16_t>(read);
    }
    void operator()(const field::Number& tag, std::optional<std::uint64_t>& value) {
        if (reflection_.HasField(message_, field(tag))) value = reflection_.GetUInt64(message_, field(tag));
    }
    void operator()(const field::Yes& tag, bool& value) { value = reflection_.GetBool(message_, field(tag)); }
    template <class Enum>
    void operator()(const field::Choice& tag, Enum& value) {
        const int number = reflection_.GetEnumValue(message_, field(tag));
        if (number < 0 || !is_enum<Enum>(static_cast<std::uint64_t>(number)))
            return refuse(Refusal::kMalformed, fmt::format("{} is missing or not known", tag.name));
        value = static_cast<Enum>(number);
    }

    // Units.
    void operator()(const field::ItemUnits& tag, Items& items) {
        read_groups(tag, "gtin", [&](const std::string& gtin, const Hash256& commitment) {
            items.add({gtin, commitment});
        });
    }
    void operator()(const field::ContainerUnits& tag, Containers& containers) {
        read_groups(tag, "maker", [&](const std::string& maker, const Hash256& commitment) {
            containers.add({maker, commitment});
        });
    }
    void operator()(const field::OneItem& tag, ItemName& item) {
        faults_.count_units(1);
        ProtobufReader one(reflection_.GetMessage(message_, field(tag)), faults_);
        one(field::Gtin{{"gtin", {}}}, item.gtin);
        one(field::Digest{{"commitment", {}}}, item.commitment);
    }
    void operator()(const field::OneContainer& tag, ContainerName& container) {
        ProtobufReader one(reflection_.GetMessage(message_, field(tag)), faults_);
        one(field::Organisation{{"maker", {}}}, container.maker);
        one(field::Digest{{"commitment", {}}}, container.commitment);
    }

    // Messages of their own.
    template <class Type>
    void operator()(const field::Part& tag, Type& part) {
        ProtobufReader(reflection_.GetMessage(message_, field(tag)), faults_).read(part);
    }
    template <class Type>
    void operator()(const field::Parts& tag, std::vector<Type>& parts) {
        const auto* const at = field(tag);
        const int count = reflection_.FieldSize(message_, at);
        if (static_cast<std::size_t>(count) > tag.most)
            return refuse(Refusal::kTooLarge, fmt::format("{} has more than {} entries", tag.name, tag.most));
        for (int i = 0; i < count && !faults_.fault(); ++i)
            ProtobufReader(reflection_.GetRepeatedMessage(message_, at, i), faults_).read(parts.emplace_back());
    }
    template <class... Types>
    void operator()(const field::OneOf& tag, std::variant<Types...>& chosen) {
        const auto* const oneof = message_.GetDescriptor()->FindOneofByName(std::string(tag.name));
        INVARIANT(oneof != nullptr);
        const auto* const set = reflection_.GetOneofFieldDescriptor(message_, oneof);
        const bool known = set != nullptr && (read_if<Types>(*set, chosen) || ...);
        if (!known)
            refuse(Refusal::kMalformed,
                   fmt::format("{} is not named, or is one that this version does not know", tag.name));
    }

  private:
    static constexpr Day kDayMax = 2'932'896;  // 9999-12-31: the last day that ISO 8601 writes with four digits

    void refuse(Refusal refusal, std::string detail) { faults_.refuse(refusal, std::move(detail)); }

    const google::protobuf::FieldDescriptor* field(const field::Field& tag) const {
        const auto* const found = message_.GetDescriptor()->FindFieldByName(std::string(tag.name));
        INVARIANT(found != nullptr);
        return found;
    }
    const std::string& text(const field::Field& tag) {
        return reflection_.GetStringReference(message_, field(tag), &scratch_);
    }
    std::vector<std::string> texts(const field::Field& tag) const {
        const auto* const at = field(tag);
        std::vector<std::string> values;
        for (int i = 0; i < reflection_.FieldSize(message_, at); ++i)
            values.push_back(reflection_.GetRepeatedString(message_, at, i));
        return values;
    }
    static std::vector<Hash256> split(const std::string& joined) {
        std::vector<Hash256> digests(joined.size() / Hash256::kSize);
        for (std::size_t i = 0; i < digests.size(); ++i)
            std::memcpy(digests[i].bytes.data(), joined.data() + i * Hash256::kSize, Hash256::kSize);
        return digests;
    }

    template <class Add>
    void read_groups(const field::Field& tag, const char* of, const Add& add) {
        const auto* const at = field(tag);
        for (int i = 0; i < reflection_.FieldSize(message_, at) && !faults_.fault(); ++i) {
            ProtobufReader group(reflection_.GetRepeatedMessage(message_, at, i), faults_);
            group.read_group(tag, of, add);
        }
    }
    template <class Add>
    void read_group(const field::Field& in, const char* of, const Add& add) {
        std::string first;
        if (std::string_view(of) == "gtin")
            (*this)(field::Gtin{{"gtin", {}}}, first);
        else
            (*this)(field::Organisation{{"maker", {}}}, first);
        const std::string& commitments = text({"commitments", {}});
        if (commitments.empty() || commitments.size() % Hash256::kSize != 0)
            return refuse(Refusal::kBadItemKeys, fmt::format("{}: {} bytes of commitments, not 32 for each", in.name,
                                                             commitments.size()));
        faults_.count_units(commitments.size() / Hash256::kSize);
        if (faults_.fault()) return;
        for (const Hash256& commitment : split(commitments)) add(first, commitment);
    }

    template <class Type, class Variant>
    bool read_if(const google::protobuf::FieldDescriptor& set, Variant& chosen) {
        if (set.name() != Type::kName) return false;
        ProtobufReader(reflection_.GetMessage(message_, &set), faults_).read(chosen.template emplace<Type>());
        return true;
    }

    const google::protobuf::Message& message_;
    const google::protobuf::Reflection& reflection_;
    FieldFaults& faults_;
    std::string scratch_;
};

}  // namespace touchstone::ledger
