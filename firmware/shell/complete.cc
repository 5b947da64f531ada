#include "firmware/shell/complete.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "firmware/shell/cmdlet.h"
#include "firmware/shell/lexer.h"
#include "firmware/shell/words.h"

namespace portreeve::shell {
namespace {

// The command that the cursor is in, and the word that it is at the end of (none after a blank).
struct Place {
  std::vector<Token> before;  // of the command, without the word
  std::optional<Token> word;
  std::size_t end = 0;
};

Place place_of(std::string_view left) {
  Place place{.before = {}, .word = {}, .end = left.size()};
  for (const Token& token : tokenize(left).tokens) {
    if (token.kind == TokenKind::Pipe || token.kind == TokenKind::Separator)
      place.before.clear();
    else if (token.offset + token.length == left.size() && token.kind != TokenKind::Comma && !token.colon)
      place.word = token;
    else
      place.before.push_back(token);
  }
  return place;
}

constexpr std::array<std::string_view, 2> kFlags = {"$true", "$false"};

// A "$" that is no "$true" or "$false" yet ends the line for the lexer.
Place place_of_flag(std::string_view left, std::size_t dollar) {
  Place place = place_of(left.substr(0, dollar));
  Token flag;
  flag.kind = TokenKind::Word;
  flag.text = left.substr(dollar);
  flag.offset = dollar;
  flag.length = flag.text.size();
  if (place.word) place.before.push_back(*std::exchange(place.word, flag));
  place.word = flag;
  return place;
}

// As one word of a line.
std::string in_quotes(const std::string& value) {
  if (std::find(kFlags.begin(), kFlags.end(), value) != kFlags.end()) return value;
  constexpr std::string_view kSpecial = " \t;|,#'\"`(){}<>&$";
  if (value.find_first_of(kSpecial) == std::string::npos && !value.starts_with('-')) return value;
  std::string text = "'";
  for (const char c : value) text += c == '\'' ? "''" : std::string(1, c);
  return text + "'";
}

std::vector<std::string> property_of(const Daemon::Answer<std::vector<Object>>& objects, std::string_view name) {
  std::vector<std::string> values;
  if (!objects) return values;
  for (const Object& object : *objects) values.push_back(object.text(name));
  return values;
}

// Files of the directory that was typed so far; hidden ones where their dot was.
std::vector<std::string> files_of(std::string_view typed) {
  const std::string directory(typed.substr(0, typed.rfind('/') + 1));
  const bool hidden = typed.substr(directory.size()).starts_with('.');
  std::vector<std::string> files;
  std::error_code error;
  std::filesystem::directory_iterator entry(directory.empty() ? "." : directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (name.starts_with('.') != hidden) continue;
    std::error_code unknown;
    files.push_back(directory + name + (entry->is_directory(unknown) ? "/" : ""));
  }
  return files;
}

std::vector<std::string> values_of(ValueSource source, std::string_view typed, Daemon& daemon) {
  switch (source) {
    case ValueSource::SwitchNames:
      return property_of(daemon.objects("ExternalVirtualSwitch"), "Name");
    case ValueSource::SwitchInterfaces:
      return property_of(daemon.objects("ExternalVirtualSwitch"), "Interface");
    case ValueSource::SpeakerNames:
      return property_of(daemon.objects("BGPSpeaker"), "SwitchName");
    case ValueSource::BfdProfileNames:
      return property_of(daemon.objects("BFDProfile"), "Name");
    case ValueSource::NetworkNames:
      return property_of(daemon.objects("VirtualNetwork"), "Name");
    case ValueSource::VnicNames:
      return property_of(daemon.objects("HostVnic"), "Name");
    case ValueSource::MacAddressPoolNames:
      return property_of(daemon.objects("MacAddressPool"), "Name");
    case ValueSource::PoolNames:
      return property_of(daemon.objects("IPAddressPool"), "Name");
    case ValueSource::PortNames:
      return property_of(daemon.objects("Port"), "Name");
    case ValueSource::PeerAddresses:
      return property_of(daemon.objects("BGPPeer"), "PeerAddress");
    case ValueSource::LinkNames: {
      std::vector<std::string> names;
      for (const char* const kind : {"ExternalVirtualSwitch", "VirtualNetwork", "HostVnic", "Port"}) {
        const auto more = property_of(daemon.objects(kind), "Name");
        names.insert(names.end(), more.begin(), more.end());
      }
      return names;
    }
    case ValueSource::RouteLinks:
      return property_of(daemon.objects("Route"), "InterfaceAlias");
    case ValueSource::RouteDestinations:
      return property_of(daemon.objects("Route"), "DestinationPrefix");
    case ValueSource::ServiceNames:
      return property_of(daemon.services(), "Name");
    case ValueSource::ConfigurationIds:
      return property_of(daemon.configurations(), "Id");
    case ValueSource::FileNames:
      return files_of(typed);
    case ValueSource::CmdletNames: {
      std::vector<std::string> names;
      for (const Cmdlet& cmdlet : cmdlets()) names.emplace_back(cmdlet.name);
      return names;
    }
    case ValueSource::None:
      break;
  }
  return {};
}

// The parameter whose value the cursor is at: the one named just before, else the next by position.
const Parameter* parameter_at(const Cmdlet& cmdlet, const std::vector<Token>& before) {
  std::vector<const Parameter*> given;
  const Parameter* waiting = nullptr;
  const Parameter* served = nullptr;  // has a value; a comma gives it another
  std::size_t unnamed = 0;
  for (std::size_t i = 1; i < before.size(); ++i) {
    if (before[i].kind == TokenKind::Parameter) {
      waiting = match_parameter(cmdlet, before[i].text).parameter;
      if (waiting != nullptr) given.push_back(waiting);
      if (waiting != nullptr && waiting->type == ParameterType::Switch) waiting = nullptr;
    } else if (before[i].kind == TokenKind::Word) {
      if (waiting == nullptr) ++unnamed;
      served = std::exchange(waiting, nullptr);
    } else if (before[i].kind == TokenKind::Comma) {
      if (served == nullptr && unnamed > 0) --unnamed;
      waiting = served;
    }
  }
  if (waiting != nullptr) return waiting;
  for (const Parameter& parameter : cmdlet.parameters) {
    const bool is_given = std::find(given.begin(), given.end(), &parameter) != given.end();
    if (parameter.positional && !is_given && unnamed-- == 0) return &parameter;
  }
  return nullptr;
}

std::vector<std::string> parameters_of(const Cmdlet& cmdlet, const std::vector<Token>& before) {
  std::vector<std::string> names;
  for (const Parameter& parameter : cmdlet.parameters) {
    const bool is_given = std::any_of(before.begin(), before.end(), [&](const Token& token) {
      return token.kind == TokenKind::Parameter && match_parameter(cmdlet, token.text).parameter == &parameter;
    });
    if (!is_given) names.push_back("-" + std::string(parameter.name));
  }
  return names;
}

}  // namespace

Completion complete(std::string_view left, Daemon& daemon) {
  const std::size_t last = left.find_last_of(" \t:,'\"") + 1;
  const Place place = left.substr(last).starts_with('$') ? place_of_flag(left, last) : place_of(left);
  Completion completion{.begin = place.word ? place.word->offset : place.end, .candidates = {}};
  std::string typed = place.word ? place.word->text : "";
  if (place.before.empty()) {
    completion.candidates = values_of(ValueSource::CmdletNames, typed, daemon);
  } else if (const Cmdlet* cmdlet = find_cmdlet(place.before[0].text); cmdlet != nullptr) {
    const bool parameter = place.word && (place.word->kind == TokenKind::Parameter || place.word->text == "-");
    const Parameter* value_of = parameter ? nullptr : parameter_at(*cmdlet, place.before);
    if (parameter) {
      if (typed != "-") typed.insert(0, "-");
      completion.candidates = parameters_of(*cmdlet, place.before);
    } else if (value_of != nullptr) {
      completion.candidates = values_of(value_of->values, typed, daemon);
      completion.candidates.insert(completion.candidates.end(), value_of->words.begin(), value_of->words.end());
      if (value_of->type == ParameterType::Boolean) {
        completion.candidates.insert(completion.candidates.end(), kFlags.begin(), kFlags.end());
      }
    } else if (!place.word) {
      completion.candidates = parameters_of(*cmdlet, place.before);
    }
  }
  std::erase_if(completion.candidates, [&](const std::string& one) { return one.empty() || !begins_word(one, typed); });
  std::sort(completion.candidates.begin(), completion.candidates.end(), counts_before);
  completion.candidates.erase(std::unique(completion.candidates.begin(), completion.candidates.end()),
                              completion.candidates.end());
  for (std::string& one : completion.candidates) {
    if (!one.starts_with('-')) one = in_quotes(one);
  }
  return completion;
}

}  // namespace portreeve::shell
