using PPYolo.Harness.Bisection;

namespace PPYolo.Tests.Unit.Harness.Bisection;

public sealed class CommitSearchTests
{
    /// <summary>Every length, every first bad commit, and none that is bad.</summary>
    [Fact]
    public void Finds_the_first_bad_commit_of_a_chain_in_log2_questions()
    {
        for (var count = 1; count <= 130; count++)
        {
            for (var first = 0; first <= count; first++)
            {
                var search = new CommitSearch(Chain(count));

                var asked = Search(search, commit => commit >= first);

                asked.Should().BeLessThanOrEqualTo((int)Math.Ceiling(Math.Log2(count + 1)), "of {0}, {1} is the first bad", count, first);
                search.Suspects.Should().Equal(first < count ? [first] : []);
                search.Bad.Should().Be(first < count ? first : null);
            }
        }
    }

    [Fact]
    public void A_commit_that_cannot_be_judged_costs_one_question_and_is_left_out_only_where_it_cannot_matter()
    {
        var random = TestSeed.Current.Random();
        for (var trial = 0; trial < 500; trial++)
        {
            var count = random.Next(1, 60);
            var first = random.Next(count + 1);
            var broken = Enumerable.Range(0, count).Where(_ => random.Next(5) == 0).ToHashSet();
            var search = new CommitSearch(Chain(count));
            var unknown = 0;

            var asked = Search(
                search,
                commit => commit >= first,
                commit =>
                {
                    unknown += broken.Contains(commit) ? 1 : 0;
                    return broken.Contains(commit);
                }
            );

            asked.Should().BeLessThanOrEqualTo((int)Math.Ceiling(Math.Log2(count + 1)) + unknown, TestSeed.Current.Hint);
            if (first < count)
            {
                search.Suspects.Should().Contain(first, TestSeed.Current.Hint);
                search.Suspects.Except([first, search.Bad ?? first]).Should().BeSubsetOf(broken, TestSeed.Current.Hint);
            }
        }
    }

    /// <summary>Of a history with merges the answer is a bad commit all of whose parents are good.</summary>
    [Fact]
    public void Finds_a_bad_commit_with_good_parents_where_branches_were_merged()
    {
        var random = TestSeed.Current.Random();
        for (var trial = 0; trial < 500; trial++)
        {
            // The last has all others among its ancestors: each has a child that is not far.
            var count = random.Next(2, 50);
            var parents = new List<int>[count];
            for (var i = 0; i < count; i++)
            {
                parents[i] =
                    i == 0 ? [] : [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => random.Next(Math.Max(0, i - 3), i)).Distinct()];
            }

            parents[^1] = [.. parents[^1].Union(Enumerable.Range(0, count - 1).Where(i => !parents.Any(of => of.Contains(i))))];
            var cause = random.Next(count);
            var bad = new bool[count];
            for (var i = cause; i < count; i++)
            {
                bad[i] = i == cause || parents[i].Exists(parent => bad[parent]);
            }

            var search = new CommitSearch(parents);

            Search(search, commit => bad[commit]);

            search.Suspects.Should().Equal([cause], TestSeed.Current.Hint);
        }
    }

    [Fact]
    public void What_is_known_already_is_not_asked()
    {
        var search = new CommitSearch(Chain(31));
        search.IsGood(10);
        search.IsBad(12);

        search.Asks(9).Should().BeFalse();
        search.Asks(12).Should().BeFalse();
        search.Next().Should().Be(11);
        search.IsUnknown(11);

        search.Next().Should().BeNull();
        search.Suspects.Should().Equal(11, 12);
    }

    private static int Search(CommitSearch search, Func<int, bool> isBad, Func<int, bool>? isUnknown = null)
    {
        var asked = 0;
        for (; search.Next() is { } next; asked++)
        {
            if (isUnknown?.Invoke(next) ?? false)
            {
                search.IsUnknown(next);
            }
            else if (isBad(next))
            {
                search.IsBad(next);
            }
            else
            {
                search.IsGood(next);
            }
        }

        return asked;
    }

    private static List<int>[] Chain(int count) => [.. Enumerable.Range(0, count).Select(i => i == 0 ? new List<int>() : [i - 1])];
}
