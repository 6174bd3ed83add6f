"""Short and long forms of given names: who saw Abe Lincoln saw Abraham Lincoln.

English names, with the short and older forms in common use (E. G. Withycombe, The Oxford Dictionary of
English Christian Names, 3rd edition, 1977). They only propose: whoever widens a query looks whether the
archive writes them as names, and says so.
"""

from collections import defaultdict

from app.search.folding import fold

_NAMES = """
    Abigail Abby, Abraham Abe Abram, Albert Al Bert, Alexander Alec Alex Sandy, Alfred Alf Fred,
    Andrew Andy, Anthony Tony, Archibald Archie, Arthur Art, Augustus Gus, Barbara Babs,
    Benjamin Ben Benny, Bernard Bernie, Caroline Carrie, Catherine Cathy Kate Kitty,
    Charles Charlie Charley Chuck, Christopher Chris Kit, Clarence Clem, Cornelius Neil,
    Daniel Dan Danny, David Dave Davy, Deborah Debbie, Dorothy Dolly Dot, Edmund Ed Ned,
    Edward Ed Eddie Ned Ted, Eleanor Nell Nellie,
    Elizabeth Bess Bessie Beth Betsy Betty Eliza Liza Lizzie, Emily Emmy, Ephraim Eph, Ezekiel Zeke,
    Florence Flo Flossie, Frances Fannie Fanny, Francis Frank Frankie, Frederick Fred Freddie,
    George Georgie, Gerald Gerry Jerry, Gilbert Gil, Gregory Greg, Harold Hal Harry, Harriet Hattie,
    Helen Nell Nellie, Henrietta Etta Hattie Hettie, Henry Hal Hank Harry, Herbert Bert Herb, Isaac Ike,
    Isaiah Ike, Jacob Jake, James Jim Jimmy Jimmie, Jane Janie Jenny, Jefferson Jeff, Jeffrey Jeff,
    Jeremiah Jerry, John Jack Johnny Johnnie, Jonathan Jon, Joseph Joe Joey, Joshua Josh,
    Josephine Josie, Judith Judy, Katherine Kate Kathy Kitty, Kenneth Ken Kenny, Lawrence Larry,
    Leonard Len Lenny, Louis Lou, Lucinda Cindy Lucy, Margaret Maggie Marge Meg Peggy,
    Martha Mattie Patsy, Martin Marty, Mary Mamie Molly Polly, Matilda Mattie Tilda Tillie,
    Matthew Matt, Michael Mick Mickey Mike, Moses Mose, Nancy Nan, Nathaniel Nat Nate, Nicholas Nick,
    Oliver Ollie, Pamela Pam, Patricia Pat Patsy Patty, Patrick Pat Paddy, Peter Pete, Philip Phil,
    Priscilla Cilla, Rachel Rae, Raymond Ray, Rebecca Becca Becky, Reginald Reg Reggie,
    Richard Dick Dickie Rick, Robert Bob Bobby Rob, Roger Hodge, Ronald Ron Ronnie, Samuel Sam Sammy,
    Sarah Sadie Sally, Simeon Sim, Solomon Sol, Stanley Stan, Stephen Steve, Susan Sue Susie,
    Susannah Sue Sukey Susie, Terence Terry, Theodore Ted Teddy, Theresa Terry Tess, Thomas Tom Tommy,
    Timothy Tim, Tobias Toby, Victoria Vicky, Vincent Vince, Virginia Ginny, Walter Walt Wat,
    Wilhelmina Mina, William Bill Billy Will Willie, Zachariah Zack
"""
_KNOWN: defaultdict[str, list[str]] = defaultdict(list)
for _group in _NAMES.split(","):
    _long, *_shorts = map(fold, _group.split())
    _KNOWN[_long] += _shorts
    for _short in _shorts:
        _KNOWN[_short].append(_long)


def of(name: str) -> tuple[str, ...]:
    """Folded names that somebody of this given name (as typed) goes by as well: short ones, or long ones."""
    return tuple(_KNOWN.get(fold(name), ()))
