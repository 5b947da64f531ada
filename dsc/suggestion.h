// "did you mean 'SwitchName'?": the nearest of the allowed names, by edit distance without case.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace portreeve::dsc {

// The name that `found` most likely meant; empty where none is near (at most a third of its letters wrong, at most 3).
std::string_view nearest(std::string_view found, std::span<const std::string_view> allowed);

// "; did you mean 'B'? Allowed: A, B, C", without the question where none is near.
std::string did_you_mean(std::string_view found, std::span<const std::string_view> allowed);

}  // namespace portreeve::dsc
