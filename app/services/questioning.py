"""Tell the questioner's words from the narrator's: an answer is what people search for."""

from app.records import Record

ASKED = {"q", "question", "interviewer"}
ANSWERED = {"a", "answer", "witness"}


class Questioner:
    """Called with a speaker's label, says whether what they say is a question to the narrator.

    An interviewer asks; where a narrator speaks under their own name, everybody else asks too.
    Names are compared by their last word ("Mr. JENNER", "Albert E. Jenner, Jr." excepted).
    """

    def __init__(self, record: Record) -> None:
        self.narrators = ANSWERED | {_last_word(a.name) for a in record.agents if a.role == "narrator"}
        self.interviewers = ASKED | {_last_word(a.name) for a in record.agents if a.role == "interviewer"}
        speakers = record.speakers or {line.speaker for line in record.lines}
        self.narrator_is_labelled = any(_last_word(s) in self.narrators for s in speakers if s)

    def __call__(self, speaker: str) -> bool:
        """Whether this speaker asks. Narration, which has no speaker, does not."""
        name = _last_word(speaker)
        if not name or name in self.narrators:
            return False
        return name in self.interviewers or self.narrator_is_labelled


def _last_word(name: str) -> str:
    words = name.replace(".", " ").replace(",", " ").casefold().split()
    return words[-1] if words else ""
