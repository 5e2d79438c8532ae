namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class ConcurrencyTests : VerifyingTests
{
    [Fact]
    public async Task Many_at_once_keep_to_their_own_files()
    {
        var numbers = Enumerable.Range(0, 200).ToArray();
        foreach (var number in numbers.Where(number => number % 2 == 0))
        {
            Snapshots.Write($"Case{number}.verified.txt", $"text {number}");
        }

        var failed = new System.Collections.Concurrent.ConcurrentBag<int>();
        await Parallel.ForEachAsync(
            numbers,
            new ParallelOptions { MaxDegreeOfParallelism = 16 },
            async (number, _) =>
            {
                try
                {
                    await Here(Verify($"text {number}"), $"Case{number}");
                }
                catch (Exception exception) when (exception.Message.Contains("New:", StringComparison.Ordinal))
                {
                    failed.Add(number);
                }
            }
        );

        failed.Order().Should().Equal(numbers.Where(number => number % 2 == 1));
        Snapshots.Names().Should().HaveCount(200, "each left one file, and no half-written one");
    }

    [Fact]
    public async Task Of_those_that_want_the_same_file_one_gets_it()
    {
        Snapshots.Write("Same.verified.txt", "x");
        var granted = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 50),
            async (_, _) =>
            {
                try
                {
                    await Verify("x").UseDirectory(Snapshots.Path).UseFileName("Same");
                    Interlocked.Increment(ref granted);
                }
                catch (InvalidOperationException exception) when (exception.Message.Contains("already been used", StringComparison.Ordinal))
                {
                    // What the others are told.
                }
            }
        );

        granted.Should().Be(1);
    }
}
