"""Inflections that no stemmer brings together: ``saw`` and ``seen`` are of ``see``, ``feet`` of ``foot``.

Snowball cuts endings off; what changes within a word it leaves alone. So the irregular verbs and nouns of
English stand here, as in any grammar (R. Quirk and others, A Comprehensive Grammar of the English Language,
1985, chapters 3 and 5). Left out are the auxiliaries, which say nothing of a subject, verbs whose regular
form is as usual (``burnt``), and forms that are as often another word (``wound``, ``rose``, ``left``). Of
Armenian stand here nouns of family, house and war whose vowel changes or falls out (J. Dum-Tragut, Armenian:
Modern Eastern Armenian, 2009, 2.1), those of family with "my" (``մայրս``) as well.
"""

_ENGLISH = """
    become became, begin began begun, bite bit bitten, bleed bled, blow blew blown, break broke broken,
    breed bred, bring brought, build built, buy bought, catch caught, choose chose chosen, cling clung,
    come came, creep crept, deal dealt, dig dug, draw drew drawn, drink drank drunk, drive drove driven,
    eat ate eaten, fall fell fallen, feed fed, feel felt, fight fought, find found, flee fled,
    fly flew flown, forbid forbade forbidden, forget forgot forgotten, forgive forgave forgiven,
    freeze froze frozen, get got gotten, give gave given, go went gone, grow grew grown, hang hung,
    hear heard, hide hid hidden, hold held, keep kept, kneel knelt, know knew known, lay laid,
    lend lent, lose lost, make made, mean meant, meet met, pay paid, ride rode ridden, ring rang rung,
    run ran, say said, see saw seen, seek sought, sell sold, send sent, shake shook shaken, shoot shot,
    sing sang sung, sink sank sunk, sit sat, sleep slept, speak spoke spoken, spend spent, spin spun,
    stand stood, steal stole stolen, stick stuck, sting stung, strike struck, swear swore sworn,
    sweep swept, swim swam swum, swing swung, take took taken, teach taught, tell told, think thought,
    throw threw thrown, understand understood, wake woke woken, wear wore worn, weave wove woven,
    weep wept, win won, write wrote written, calf calves, child children, foot feet, goose geese,
    half halves, knife knives, life lives, man men, mouse mice, ox oxen, thief thieves, tooth teeth,
    wife wives, wolf wolves, woman women
"""
_ARMENIAN = """
    տուն տան տներ տները տներից, մարդ մարդիկ մարդկանց մարդկանցից, կին կնոջ կինս կանայք կանանց, ընկեր ընկերոջ,
    մայր մոր մայրս մորս, հայր հոր հայրս հորս, եղբայր եղբոր եղբայրս եղբորս, քույր քրոջ քույրս քրոջս,
    աղջիկ աղջկա աղջիկս, ամուսին ամուսնու ամուսինս, տղա տղայի տղաս, տատ տատս, պապ պապս, երեխա երեխաս,
    ջուր ջրի ջրեր, շուն շան շներ, ձյուն ձյան, արյուն արյան, սիրտ սրտի, գիրք գրքի գրքեր, դուռ դռան դռներ,
    անուն անվան, լեզու լեզվի, կամուրջ կամրջի կամրջից, մահ մահվան, ծուխ ծխի, քուն քնի, ձեռք ձեռքս
"""
GROUPS = {
    code: [group.split() for group in groups.split(",")]
    for code, groups in (("en", _ENGLISH), ("hy", _ARMENIAN))
}
"""By language: the forms of one word that have different stems."""
