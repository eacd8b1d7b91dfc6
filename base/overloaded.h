// One visitor out of several lambdas, for std::visit and for judging records of several kinds.
#pragma once

namespace touchstone {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace touchstone
