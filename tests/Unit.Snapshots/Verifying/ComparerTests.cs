namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class ComparerTests : VerifyingTests
{
    private static readonly StringCompare Always = (_, _, _) => Task.FromResult(CompareResult.Equal);
    private static readonly StringCompare Never = (_, _, _) => Task.FromResult(CompareResult.NotEqual("never"));

    [Fact]
    public async Task The_one_of_the_test_goes_before_the_one_of_the_extension()
    {
        Snapshots.Write("Case.verified.loose", "Same");

        await Here(Verify("other", "loose").UseStringComparer(Always));
        (await Fails(Verify("same", "loose").UseStringComparer(Never))).Should().Contain("Compare Result:\nnever");
    }

    [Fact]
    public async Task One_for_an_extension_does_not_touch_others()
    {
        Snapshots.Write("Case.verified.txt", "Same");

        await Fails(Verify("other").UseStringComparer(Always, "json", "loose"));
        await Here(Verify("other").UseStringComparer(Always, "json", "txt"));
    }

    [Fact]
    public async Task Equal_text_asks_none()
    {
        Snapshots.Write("Case.verified.txt", "same");

        await Here(Verify("same").UseStringComparer(Never));
    }

    [Fact]
    public async Task It_sees_received_verified_and_context()
    {
        Snapshots.Write("Case.verified.txt", "old");
        var settings = new VerifySettings { Context = { ["tolerance"] = 3 } };

        await Here(
            Verify("new", settings)
                .UseStringComparer(
                    (received, verified, context) =>
                        Task.FromResult(new CompareResult(received == "new" && verified == "old" && (int)context["tolerance"] == 3))
                )
        );
    }

    [Fact]
    public async Task One_that_throws_fails_the_test_and_leaves_the_received_file()
    {
        Snapshots.Write("Case.verified.txt", "old");
        Snapshots.Write("Data.verified.dat", "old");

        (await Fails(Verify("new").UseStringComparer((_, _, _) => throw new FormatException("no header"))))
            .Should()
            .Contain("no header")
            .And.Contain(Snapshots.File("Case.verified.txt"));
        (await Fails(Verify([1, 2], "dat").UseStreamComparer((_, _, _) => throw new FormatException("no magic")), "Data"))
            .Should()
            .Contain("no magic")
            .And.Contain(Snapshots.File("Data.received.dat"));

        Snapshots.Names().Should().Equal("Case.received.txt", "Case.verified.txt", "Data.received.dat", "Data.verified.dat");
    }
}
