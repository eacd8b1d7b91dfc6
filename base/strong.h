// Strong integer types: a View can not be passed where a Height is meant.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace touchstone {

template <class Tag, class Rep>
struct Strong {
    Rep value{};

    constexpr Strong() = default;
    constexpr explicit Strong(Rep v) : value(v) {}
    constexpr auto operator<=>(const Strong&) const = default;
    constexpr Strong next() const { return Strong(static_cast<Rep>(value + 1)); }
    // Precondition: value > 0.
    constexpr Strong prev() const { return Strong(static_cast<Rep>(value - 1)); }
};

// Number of blocks below this one; the genesis state has height 0, the first block height 1.
using Height = Strong<struct HeightTag, std::uint64_t>;
// Consensus attempt; view 0 is the genesis, the first leader leads view 1.
using View = Strong<struct ViewTag, std::uint64_t>;
// Counts validator sets; votes of one epoch mean nothing in another.
using Epoch = Strong<struct EpochTag, std::uint64_t>;
// Position in the validator set of an epoch, from 0.
using ValidatorIndex = Strong<struct ValidatorIndexTag, std::uint32_t>;

}  // namespace touchstone

template <class Tag, class Rep>
struct std::hash<touchstone::Strong<Tag, Rep>> {
    std::size_t operator()(const touchstone::Strong<Tag, Rep>& strong) const {
        return std::hash<Rep>{}(strong.value);
    }
};
