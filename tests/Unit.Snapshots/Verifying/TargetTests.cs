namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class TargetTests : VerifyingTests
{
    [Fact]
    public async Task Several_have_a_file_each()
    {
        Target[] targets =
        [
            new("txt", "a"),
            new("txt", "b"),
            new("json", "{}"),
            new("txt", "c", "named"),
            new("dat", new MemoryStream([1]), "x/y"),
        ];

        var message = await Fails(Verify(targets));

        Snapshots
            .Names()
            .Should()
            .Equal(
                "Case#00.received.txt",
                "Case#01.received.txt",
                "Case#named.received.txt",
                "Case#x-y.received.dat",
                "Case.received.json"
            );
        message.Should().Contain("  - Received: Case#01.received.txt\n    Verified: Case#01.verified.txt\n");
    }

    [Fact]
    public async Task An_empty_name_is_none_and_overwrites_nothing()
    {
        await Fails(Verify([new Target("txt", "a"), new Target("txt", "b", "")]));

        Snapshots.Names().Should().Equal("Case#00.received.txt", "Case#01.received.txt");
    }

    [Fact]
    public async Task Those_that_are_equal_are_listed_and_leave_no_received_file()
    {
        Snapshots.Write("Case#00.verified.txt", "a");
        Snapshots.Write("Case#01.verified.txt", "B");

        var message = await Fails(Verify([new Target("txt", "a"), new Target("txt", "b")]));

        message.Should().Contain("NotEqual:\n  - Received: Case#01").And.Contain("Equal:\n  - Received: Case#00");
        Snapshots.Names().Should().Equal("Case#00.verified.txt", "Case#01.received.txt", "Case#01.verified.txt");
    }

    [Fact]
    public async Task A_verified_file_that_is_no_longer_produced_fails()
    {
        Snapshots.Write("Case.verified.txt", "a");
        Snapshots.Write("Case.verified.json", "{}");
        Snapshots.Write("Case#01.verified.txt", "b");
        Snapshots.Write("CaseOther.verified.txt", "of another test");
        Snapshots.Write("Case_x=1.verified.txt", "of another test");

        var message = await Fails(Verify("a"));

        message
            .Should()
            .Contain("Delete:\n")
            .And.Contain("  - Case.verified.json\n")
            .And.Contain("  - Case#01.verified.txt\n")
            .And.NotContain("Other")
            .And.NotContain("x=1");
        Snapshots.Names().Should().HaveCount(5, "deleting is left to a person");
    }

    [Fact]
    public async Task A_changed_text_spares_the_comparer_of_what_belongs_to_it()
    {
        Snapshots.Write("Case.verified.txt", "old");
        Snapshots.Write("Case.verified.length", "abc");
        static Target[] Targets(string text) => [new("txt", text), new("length", new MemoryStream([1, 2, 3]))];

        await Here(Verify(Targets("old")));
        await Fails(Verify(Targets("new")));

        // Of the same length, and so equal to its comparer, which was not asked.
        Snapshots.Names().Should().Contain("Case.received.length");
    }

    [Fact]
    public void Text_and_binary_extensions_are_not_mixed_up()
    {
        var text = () => new Target("txt", new MemoryStream());
        var binary = () => new Target("png", "text");
        var dotted = () => new Target(".txt", "text");

        text.Should().Throw<ArgumentException>();
        binary.Should().Throw<ArgumentException>();
        dotted.Should().Throw<ArgumentException>();
    }
}
