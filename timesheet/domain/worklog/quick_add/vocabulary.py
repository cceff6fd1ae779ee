"""The words of typed lines that are neither a day nor of the comment, in all languages of the app, in lower case.

Those for days are in ``web/worklog/day_words.py``, because readers type them in their own language only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

AND = frozenset("and und et y e".split())  # not shown
AND_OR_SIGN = AND | {"&", "+"}
UNTIL = frozenset("to until till bis hasta até jusqu'à".split())
AT_OR_TO = frozenset("a à às as".split())
"""Words before a time of day: “9h à 11h” is a range, “2h à 9h” says when two hours began."""
AT_OR_UNTIL = AT_OR_TO | {"al", "ao"}
UNTIL_DAY = (
    UNTIL | AND_OR_SIGN | frozenset("a à al ao au - – — through thru から 〜 ～ ~".split())
)  # not shown
"""Words and signs between two days of a range, or of a list."""
FROM = frozenset("from between von zwischen de das desde entre".split())  # not shown
BEFORE_HOUR = frozenset("las la as um el ao o".split())  # not shown
"""Words between “from” or “until” and a time of day."""
FOR = frozenset("for für pour pendant durante para por".split())
AGO = frozenset("ago atrás".split())

# Words that introduce a day or a time of day, and those of them that introduce only a time of day.
AT = frozenset("at um ab gegen à dès vers las às as".split())
LEADING = AT | frozenset("on from am den le el al ao a na no em dia día desde".split())
# Those after which also a number alone is a time of day, as in “at 9” and “a las 9”.
AT_NUMBER = frozenset("at um às".split())
AT_THE_HOURS = frozenset(("a las", "desde las"))
STARTING = frozenset(("à partir de", "a partir de", "a partir das", "a partir de las"))  # not shown
PAST_THE_HOUR: Mapping[str, int] = MappingProxyType({"y media": 30, "e meia": 30, "y cuarto": 15})
# The words of tomorrow with which these mean “in the morning”.
MORNINGS = frozenset(("am morgen", "diesen morgen", "la mañana", "la manana", "esta mañana", "esta manana"))
# After a number, these say that it is no time of day: “um 10 Prozent”.
AMOUNTS = frozenset("% € $ prozent percent euro".split())

SPOKEN: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            ("an hour", "one hour", "eine stunde", "une heure", "una hora", "uma hora"),  # not shown
            "1h",
        ),
        **dict.fromkeys(
            ("half an hour", "a half hour", "half hour", "eine halbe stunde", "halbe stunde"), "30m"
        ),
        **dict.fromkeys(("une demi-heure", "demi-heure", "media hora", "meia hora"), "30m"),
        **dict.fromkeys(("eine viertelstunde", "viertelstunde", "un quart d'heure"), "15m"),  # not shown
        **dict.fromkeys(("half a day", "half day", "halber tag", "halben tag"), "0.5d"),
        **dict.fromkeys(("une demi-journée", "demi-journée", "半日"), "0.5d"),
    }
)
"""Times spent that people write without digits; they count if the line has no other."""
_NUMBERS = {
    "two zwei deux dos dois duas": 2,  # not shown
    "three drei trois tres três": 3,  # not shown
    "four vier quatre cuatro quatro": 4,  # not shown
    "five fünf cinq cinco": 5,  # not shown
    "six sechs seis": 6,  # not shown
    "seven sieben sept siete sete": 7,  # not shown
    "eight acht huit ocho oito": 8,  # not shown
    "ten zehn dix diez dez": 10,  # not shown
    "fifteen fünfzehn quinze quince": 15,  # not shown
    "twenty zwanzig vingt veinte vinte": 20,  # not shown
    "twenty-five fünfundzwanzig vingt-cinq veinticinco": 25,  # not shown
    "thirty dreissig trente treinta trinta": 30,  # not shown
    "forty vierzig quarante cuarenta quarenta": 40,  # not shown
    "forty-five fünfundvierzig quarante-cinq": 45,  # not shown
    "fifty fünfzig cinquante cincuenta cinquenta": 50,  # not shown
    "anderthalb eineinhalb": 1.5,
    "zweieinhalb": 2.5,
    "dreieinhalb": 3.5,
}
NUMBERS: Mapping[str, float] = MappingProxyType(
    {word: number for words, number in _NUMBERS.items() for word in words.split()}
)
# The units after such a number, in the plural: of “five minute break”, nothing is a time.
PLURAL_UNITS = frozenset("hours minutes mins stunden minuten heures horas minutos".split())  # not shown
# Beside a time spent without digits, these say that another time is meant: “an hour and fifteen minutes”. Before it,
# so do others, or it is no time spent: “two to three hours” and “à deux heures”.
MORE_BEFORE = frozenset(
    "of to or point komma virgule coma vírgula bis oder à ou o às as las".split()  # not shown
)
MORE_BESIDE = AND | frozenset(
    "five ten fifteen twenty thirty forty fifty sixty seventy eighty ninety hundred"
    " fünf zehn fünfzehn zwanzig dreissig vierzig sechzig siebzig achtzig neunzig hundert"
    " cinq dix quinze vingt trente quarante soixante cent cinco diez veinte treinta cuarenta sesenta setenta ochenta"
    " noventa cien ciento dez vinte trinta quarenta sessenta oitenta cem cento".split()  # not shown
)
# Nor is it one with these: “vers deux heures”, “dos a tres horas”, and “jede zwei Stunden”.
NOT_SPENT_AFTER = frozenset(
    "a vers dès avant est jusqu'à das até pelas vor hace há every alle cada".split()  # not shown
)

# Between words of the comment and a day, these make the day a part of what was done: “demo for Friday”.
ABOUT_A_DAY = frozenset(
    "for by until before since für zum bis vor seit pour avant depuis du para de del da do até hasta antes".split()
)
# Also at the beginning of the comment: what is done “until Friday” is not done on Friday.
BEFORE_A_DAY = frozenset(
    "by until till before since bis vor seit avant depuis jusqu'à jusqu'au hasta até antes".split()
)
# After these, “8h” is a part of a name: “réunion de 8h”.
OF = frozenset("de da das".split())
