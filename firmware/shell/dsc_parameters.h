// The parameters of the cmdlets for configurations.
#pragma once

#include "firmware/shell/cmdlet.h"

namespace portreeve::shell {

inline constexpr std::uint64_t kLargestId = UINT32_MAX;

inline constexpr Parameter kConfirmTimeout{
    .name = "ConfirmTimeoutInSeconds",
    .help = "What is applied is undone after this time, unless Confirm-DscConfiguration keeps it.",
    .type = ParameterType::Number,
    .minimum = 1,
    .maximum = 86400};

inline constexpr Parameter kAsJob{.name = "AsJob",
                                  .help = "Returns the job at once, and does not wait until it has ended.",
                                  .type = ParameterType::Switch};

inline constexpr Parameter kTestConfiguration[] = {
    {.name = "Path",
     .help = "A document; the configuration that is in force where it is left out.",
     .positional = true,
     .values = ValueSource::FileNames},
    {.name = "Detailed",
     .help = "Shows what is not as it shall be, and what would be done about it.",
     .type = ParameterType::Switch},
};

inline constexpr Parameter kStartConfiguration[] = {
    {.name = "Path",
     .help = "The document that becomes the user layer, in UTF-8.",
     .mandatory = true,
     .positional = true,
     .values = ValueSource::FileNames},
    {.name = "WhatIf", .help = "Shows what would be done, and does nothing.", .type = ParameterType::Switch},
    kConfirmTimeout,
    kAsJob,
};

inline constexpr Parameter kConfirmConfiguration[] = {
    {.name = "Id",
     .help = "The configuration that is to be kept; whichever waits for it where it is left out.",
     .type = ParameterType::Number,
     .positional = true,
     .values = ValueSource::ConfigurationIds,
     .minimum = 1,
     .maximum = kLargestId},
};

inline constexpr Parameter kRestoreConfiguration[] = {
    {.name = "Id",
     .help = "The configuration whose user layer comes back; where it is left out the one before the current, or what "
             "stood before the one that waits to be confirmed.",
     .type = ParameterType::Number,
     .positional = true,
     .values = ValueSource::ConfigurationIds,
     .minimum = 1,
     .maximum = kLargestId},
    kConfirmTimeout,
    kAsJob,
};

inline constexpr Parameter kCompareConfigurations[] = {
    {.name = "Id",
     .help = "A configuration; the one before the current where it is left out.",
     .type = ParameterType::Number,
     .positional = true,
     .values = ValueSource::ConfigurationIds,
     .minimum = 1,
     .maximum = kLargestId},
    {.name = "With",
     .help = "Another one; what is in force where it is left out.",
     .type = ParameterType::Number,
     .positional = true,
     .values = ValueSource::ConfigurationIds,
     .minimum = 1,
     .maximum = kLargestId},
};

inline constexpr Parameter kGetConfigurationStatus[] = {
    {.name = "All", .help = "All configurations that are remembered, newest first.", .type = ParameterType::Switch},
};

}  // namespace portreeve::shell
