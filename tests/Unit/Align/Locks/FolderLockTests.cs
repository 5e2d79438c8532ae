using PPYolo.Align;
using PPYolo.Align.Json;
using PPYolo.Align.Locks;

namespace PPYolo.Tests.Unit.Align.Locks;

public sealed class FolderLockTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder folder = new();

    private string LockFile => folder.File(FolderLock.FileName);

    [Fact]
    public void A_second_writer_is_told_who_the_first_is()
    {
        using var first = FolderLock.Take(folder.Path);

        Refused().Should().Contain($"is being written by process {Environment.ProcessId} on {Environment.MachineName}");

        first.Require();
    }

    [Fact]
    public void What_is_given_back_leaves_nothing_and_may_be_taken_again()
    {
        FolderLock.Take(folder.Path).Dispose();
        folder.Names().Should().BeEmpty();

        FolderLock.Take(folder.File("new", "folder")).Dispose();
        Directory.Exists(folder.File("new", "folder")).Should().BeFalse("it was made for nothing");

        using var again = FolderLock.Take(folder.Path);
        again.Require();
    }

    [Fact]
    public void A_lock_that_nobody_holds_is_stale()
    {
        Left(Environment.MachineName, TimeSpan.Zero);

        using var taken = FolderLock.Take(folder.Path);

        taken.Require();
    }

    [Fact]
    public void So_is_one_that_was_not_finished()
    {
        File.WriteAllText(LockFile, "{");

        FolderLock.Take(folder.Path).Dispose();

        folder.Names().Should().BeEmpty();
    }

    [Fact]
    public void Of_another_machine_it_is_stale_when_its_heart_stopped()
    {
        Left("elsewhere", TimeSpan.FromSeconds(30));
        Refused().Should().Contain("process 1 on elsewhere");

        Left("elsewhere", TimeSpan.FromSeconds(90));
        using var taken = FolderLock.Take(folder.Path);

        taken.Require();
    }

    [Fact]
    public void A_run_that_lost_its_folder_stops()
    {
        using var first = FolderLock.Take(folder.Path);
        File.Delete(LockFile);
        first.Invoking(one => one.Require()).Should().Throw<AlignException>().WithMessage("*lost its folder to somebody who removed*");

        using var second = FolderLock.Take(folder.Path);
        first.Invoking(one => one.Require()).Should().Throw<AlignException>().WithMessage("*lost its folder to process*");

        first.Dispose();
        second.Require();
    }

    [Fact]
    public async Task Of_many_at_once_one_gets_it()
    {
        using var stay = new ManualResetEventSlim();
        var got = 0;
        // Threads of their own: whoever has the folder blocks, and the pool is other tests' too.
        var tries = Enumerable
            .Range(0, 8)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        try
                        {
                            using var taken = FolderLock.Take(folder.Path);
                            Interlocked.Increment(ref got);
                            stay.Wait(Limit).Should().BeTrue();
                            taken.Require();
                            return true;
                        }
                        catch (AlignException)
                        {
                            return false;
                        }
                    },
                    TaskCreationOptions.LongRunning
                )
            )
            .ToList();

        for (var waited = 0; tries.Count(one => one.IsCompleted) < 7 && waited < Limit.TotalMilliseconds; waited += 10)
        {
            await Task.Delay(10);
        }

        (got, tries.Count(one => one.IsCompleted)).Should().Be((1, 7), "one has it, and the others do not wait");
        stay.Set();
        (await Task.WhenAll(tries)).Count(kept => kept).Should().Be(1);
    }

    [Fact]
    public async Task Two_never_have_it()
    {
        var (inside, most, taken) = (0, 0, 0);
        var others = Enumerable
            .Range(0, 6)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                    {
                        for (var i = 0; i < 1000; i++)
                        {
                            try
                            {
                                using var mine = FolderLock.Take(folder.Path);
                                var now = Interlocked.Increment(ref inside);
                                Interlocked.Increment(ref taken);
                                if (now > 1)
                                {
                                    Interlocked.Exchange(ref most, now);
                                }

                                Thread.Yield();
                                Interlocked.Decrement(ref inside);
                            }
                            catch (AlignException error) when (error.Message.Contains("is being written by", StringComparison.Ordinal))
                            {
                                // Another has it.
                            }
                        }
                    },
                    TaskCreationOptions.LongRunning
                )
            )
            .ToList();

        await Task.WhenAll(others).WaitAsync(Limit);

        most.Should().Be(0, "of {0} that had it", taken);
        taken.Should().BePositive();
    }

    public void Dispose() => folder.Dispose();

    private string Refused() => FluentActions.Invoking(() => FolderLock.Take(folder.Path)).Should().Throw<AlignException>().Which.Message;

    private void Left(string host, TimeSpan ago) =>
        File.WriteAllText(
            LockFile,
            StrictJson.Text(
                new LockHolder
                {
                    Host = host,
                    Process = 1,
                    Started = DateTime.UtcNow,
                    Command = "ppyolo train",
                    Heartbeat = DateTime.UtcNow - ago,
                    Token = "other",
                }
            )
        );
}
