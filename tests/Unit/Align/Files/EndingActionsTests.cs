using PPYolo.Align.Files;

namespace PPYolo.Tests.Unit.Align.Files;

public sealed class EndingActionsTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly EndingActions actions = new();
    private readonly List<string> done = [];

    [Fact]
    public void The_last_is_ended_first_and_what_was_disposed_not_at_all()
    {
        actions.On(() => done.Add("folder"));
        actions.On(() => done.Add("failing"), () => throw new InvalidOperationException("no"));
        actions.On(() => done.Add("over")).Dispose();
        actions.On(() => done.Add("child"));

        actions.CleanUp();

        done.Should().Equal("failing", "child", "folder");
    }

    [Fact]
    public void What_is_begun_when_the_end_comes_is_ended()
    {
        using ManualResetEventSlim begun = new(),
            go = new();
        var beginner = Background(() =>
            actions.On(
                () =>
                {
                    begun.Set();
                    go.Wait(Limit);
                    done.Add("begun");
                },
                () => done.Add("ended")
            )
        );
        begun.Wait(Limit).Should().BeTrue();

        var cleaner = Background(() => actions.CleanUp());
        cleaner.Join(TimeSpan.FromMilliseconds(200)).Should().BeFalse("it waits for what is being begun");
        go.Set();
        cleaner.Join(Limit).Should().BeTrue();

        beginner.Join(Limit).Should().BeTrue();
        done.Should().Equal("begun", "ended");
    }

    [Fact]
    public void When_the_program_is_ended_nothing_is_begun_and_what_is_there_is_ended_at_once()
    {
        actions.CleanUp();
        using ManualResetEventSlim ended = new();

        var beginner = Background(() => actions.On(() => done.Add("begun"), () => done.Add("ended")));
        var owner = Background(() => actions.On(ended.Set));
        ended.Wait(Limit).Should().BeTrue();

        beginner.Join(TimeSpan.FromMilliseconds(200)).Should().BeFalse("it waits for the end");
        owner.Join(TimeSpan.FromMilliseconds(200)).Should().BeFalse("it waits for the end");
        done.Should().BeEmpty();
        actions.On(() => done.Add("begun"), () => { }).Dispose();
        done.Should().Equal(["begun"], "the thread that cleans up may go on");
    }

    [Fact]
    public void What_cannot_be_begun_is_not_ended()
    {
        var begin = () => actions.On(() => throw new IOException("full"), () => done.Add("ended"));

        begin.Should().Throw<IOException>().WithMessage("full");
        actions.CleanUp();

        done.Should().BeEmpty();
    }

    // Those that wait for the program's end end with it.
    private static Thread Background(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        return thread;
    }
}
