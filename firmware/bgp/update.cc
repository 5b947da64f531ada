#include "firmware/bgp/update.h"

#include <bitset>

namespace portreeve::bgp {
namespace {

// RFC 4271 §6.3: data of an attribute's error is the attribute: type, length and value, as received.
struct Attribute {
  std::uint8_t flags = 0;
  std::uint8_t type = 0;
  Bytes value;
  Bytes whole;
};

// Gathers the verdict over one message; a reset ends the work at once.
class Judge {
 public:
  Judge(const UpdateContext& context, bool has_nlri) : context_(context), has_nlri_(has_nlri) {}

  // Each returns false on a reset.
  [[nodiscard]] bool attributes(Bytes field);
  [[nodiscard]] bool prefixes(Bytes withdrawn, Bytes nlri);
  [[nodiscard]] bool mandatory();
  void malformed_lengths() { reset({"its lengths do not add up", subcode::MalformedAttributeList}, {}); }

  Result<UpdateReport, Notification> result();

 private:
  bool attribute(const Attribute& attribute);
  bool overrun(std::uint8_t type, Bytes whole);
  static bool has_prefixes(Bytes mp_reach);
  bool note(Treatment treatment, const AttributeFault& fault, const Attribute& attribute);
  bool reset(const AttributeFault& fault, const Attribute& attribute);

  const UpdateContext& context_;
  const bool has_nlri_;  // the NLRI field is not empty
  std::bitset<256> seen_;
  bool cut_off_ = false;         // the attributes could not all be read
  bool mp_reachable_ = false;    // MP_REACH_NLRI with a prefix, of whatever family
  std::uint32_t announced_ = 0;  // all prefixes of NLRI and of MP_REACH_NLRI in a negotiated family
  std::uint32_t withdrawn_ = 0;
  std::uint32_t nlri_ = 0;

  Treatment treatment_ = Treatment::Accept;
  AttributeFault fault_;
  Attribute culprit_;
};

bool Judge::reset(const AttributeFault& fault, const Attribute& attribute) {
  return note(Treatment::Reset, fault, attribute);
}

bool Judge::note(Treatment treatment, const AttributeFault& fault, const Attribute& attribute) {
  // RFC 7606 §3(h): the strongest of several.
  if (treatment > treatment_) {
    treatment_ = treatment;
    fault_ = fault;
    culprit_ = attribute;
  }
  return treatment != Treatment::Reset;
}

bool Judge::attributes(Bytes field) {
  Reader reader(field);
  while (reader.remaining() > 0) {
    const std::size_t start = reader.offset();
    Attribute attribute;
    attribute.flags = reader.u8();
    attribute.type = reader.u8();
    const std::size_t length = (attribute.flags & kExtendedLength) != 0 ? reader.u16() : reader.u8();
    attribute.value = reader.take(length);
    if (!reader.good()) return overrun(field.size() - start >= 2 ? attribute.type : 0, field.subspan(start));
    attribute.whole = field.subspan(start, reader.offset() - start);
    if (!this->attribute(attribute)) return false;
  }
  return true;
}

// RFC 7606 §4: fewer than three octets left, or a length beyond the attributes: treat-as-withdraw, as the NLRI field is
// found by Total Attribute Length. The prefixes of a cut MP attribute cannot be found (§5.3).
bool Judge::overrun(std::uint8_t type, Bytes whole) {
  cut_off_ = true;
  const bool multiprotocol = type == kMpReach || type == kMpUnreach;
  const std::uint8_t code = multiprotocol ? subcode::OptionalAttribute : subcode::AttributeLength;
  Attribute attribute;
  attribute.type = type;
  attribute.whole = whole;
  return note(multiprotocol ? Treatment::Reset : Treatment::TreatAsWithdraw,
              {"its length overruns the message's attributes", code}, attribute);
}

bool Judge::attribute(const Attribute& attribute) {
  const AttributeRow* row = find_attribute(attribute.type);
  const bool multiprotocol = attribute.type == kMpReach || attribute.type == kMpUnreach;
  if (seen_.test(attribute.type)) {
    // RFC 7606 §3(g): the first one counts; MP attributes are the exception.
    if (multiprotocol) {
      return reset({"it is there twice", subcode::MalformedAttributeList}, {0, attribute.type, {}, {}});
    }
    return note(Treatment::DiscardAttribute, {"it is there twice", 0}, attribute);
  }
  seen_.set(attribute.type);
  if (row == nullptr) {
    // RFC 4271 §6.3: every well-known attribute must be recognized.
    if ((attribute.flags & kOptional) == 0) {
      return reset({"it is not optional, and unknown", subcode::UnrecognizedWellKnown}, attribute);
    }
    return true;
  }
  const std::uint8_t flags = attribute.flags & (kOptional | kTransitive);
  if (flags != row->flags) {
    const std::uint8_t code = multiprotocol ? subcode::OptionalAttribute : subcode::AttributeFlags;
    if (!note(row->wrong_flags, {"its flags are wrong", code}, attribute)) return false;
  }
  if ((row->sender == Sender::Internal && !context_.internal) ||
      (row->sender == Sender::TwoOctetAs && context_.four_octet_as)) {
    return note(Treatment::DiscardAttribute, {"it is not for this peer to send", 0}, attribute);
  }
  const std::size_t length = attribute.value.size();
  if (length < row->length_minimum || length > row->length_maximum || length % row->length_unit != 0) {
    const std::uint8_t code = multiprotocol ? subcode::OptionalAttribute : subcode::AttributeLength;
    return note(row->malformed, {"its length is wrong", code}, attribute);
  }
  // RFC 4760 §3: a NEXT_HOP that belongs to no NLRI field is ignored.
  const bool idle = attribute.type == kNextHop && !has_nlri_;
  if (row->check != nullptr && !idle) {
    const AttributeFault fault = row->check(attribute.value, context_);
    if (fault.what != nullptr) return note(row->malformed, fault, attribute);
    if (attribute.type == kMpReach) {
      mp_reachable_ = has_prefixes(attribute.value);
      announced_ += fault.prefixes;
    } else {
      withdrawn_ += fault.prefixes;
    }
  }
  return true;
}

// Of an MP_REACH_NLRI that has been found sound, whatever its family.
bool Judge::has_prefixes(Bytes mp_reach) {
  constexpr std::size_t kFamily = 2 + 1;
  constexpr std::size_t kReserved = 1;
  return mp_reach.size() > kFamily + 1 + std::to_integer<std::size_t>(mp_reach[kFamily]) + kReserved;
}

bool Judge::prefixes(Bytes withdrawn, Bytes nlri) {
  const PrefixCount gone = count_prefixes(withdrawn, 32);
  const PrefixCount here = count_prefixes(nlri, 32);
  if (!gone.sound || !here.sound) {
    return reset({gone.sound ? "a prefix of the NLRI field is malformed" : "a withdrawn prefix is malformed",
                  subcode::InvalidNetworkField},
                 {});
  }
  nlri_ = here.prefixes;
  // RFC 4760 §7: prefixes of a family that was not negotiated are ignored.
  if (context_.families.ipv4) {
    withdrawn_ += gone.prefixes;
    announced_ += here.prefixes;
  }
  return true;
}

// RFC 7606 §3(d): a mandatory attribute is missing. NEXT_HOP belongs to the NLRI field only (RFC 4760 §3), LOCAL_PREF
// to internal peers (RFC 4271 §5.1.5).
bool Judge::mandatory() {
  const bool reachable = nlri_ > 0 || mp_reachable_;
  if (reachable && !cut_off_) {
    const bool complete = seen_.test(kOrigin) && seen_.test(kAsPath) && (nlri_ == 0 || seen_.test(kNextHop)) &&
                          (!context_.internal || seen_.test(kLocalPref));
    if (!complete) {
      static_cast<void>(
          note(Treatment::TreatAsWithdraw, {"a mandatory attribute is missing", subcode::MissingWellKnown}, {}));
    }
  }
  // RFC 7606 §5.2: with nothing to withdraw, prefixes may have been lost in the fault.
  if (treatment_ == Treatment::TreatAsWithdraw && !reachable) treatment_ = Treatment::Reset;
  return treatment_ != Treatment::Reset;
}

Result<UpdateReport, Notification> Judge::result() {
  UpdateReport report{treatment_, announced_, withdrawn_, fault_.what, culprit_.type};
  if (treatment_ == Treatment::Reset) {
    return Notification{ErrorCode::Update, fault_.subcode, culprit_.whole, describe(report)};
  }
  if (treatment_ == Treatment::TreatAsWithdraw) {
    report.withdrawn += report.announced;
    report.announced = 0;
  }
  return report;
}

}  // namespace

Result<UpdateReport, Notification> check_update(Bytes body, const UpdateContext& context) {
  Reader reader(body);
  const std::size_t withdrawn_length = reader.u16();
  const Bytes withdrawn = reader.take(withdrawn_length);
  const std::size_t attributes_length = reader.u16();
  const Bytes attributes = reader.take(attributes_length);
  const Bytes nlri = reader.rest();
  Judge judge(context, !nlri.empty());
  if (!reader.good()) {
    judge.malformed_lengths();
  } else if (judge.attributes(attributes) && judge.prefixes(withdrawn, nlri)) {
    static_cast<void>(judge.mandatory());
  }
  return judge.result();
}

std::string describe(const UpdateReport& report) {
  if (report.problem == nullptr) return "no fault";
  if (report.attribute == 0) return report.problem;
  const AttributeRow* row = find_attribute(report.attribute);
  const std::string name = row != nullptr ? row->name : "attribute " + std::to_string(report.attribute);
  return name + ": " + report.problem;
}

}  // namespace portreeve::bgp
