"""What a benchmark found, and how it is printed."""
import dataclasses
import statistics


def heading():
    return f"{'what':<58} {'median':>10} {'least':>10} {'most':>10} {'unit':<5} ratio"


@dataclasses.dataclass
class Figure:
    """Values of one subject, one a round. `beside`: those of a peer in the same run, that the ratio is against."""
    what: str
    unit: str
    values: list
    beside: "Figure" = None

    @property
    def median(self):
        return statistics.median(self.values)

    def line(self):
        numbers = " ".join(f"{number:>10,.{self._places()}f}" for number in
                           (self.median, min(self.values), max(self.values)))
        ratio = f"{self.median / self.beside.median:.2f} × {self.beside.what.split(':')[0]}" if self.beside else ""
        return f"{self.what:<58} {numbers} {self.unit:<5} {ratio}".rstrip()

    def everything(self):
        return {"what": self.what, "unit": self.unit, "median": self.median, "values": self.values}

    def _places(self):
        return 0 if self.unit in ("KiB", "B") else 1
