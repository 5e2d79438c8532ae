namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class ObjectTests : VerifyingTests
{
    private enum Phase
    {
        Forward,
    }

    [Fact]
    public Task Members_stand_by_name_without_quotes() =>
        Shows(
            Verify(
                new
                {
                    Name = "a \"b\"",
                    Rate = 0.5,
                    Missing = (string?)null,
                    Phase = Phase.Forward,
                    Shape = new[] { 1, 2 },
                    None = Array.Empty<int>(),
                }
            ),
            "{\n  Name: a \"b\",\n  Rate: 0.5,\n  Phase: Forward,\n  Shape: [\n    1,\n    2\n  ],\n  None: []\n}"
        );

    [Fact]
    public Task Dictionaries_stand_by_key() =>
        Shows(Verify(new Dictionary<string, float> { ["loss"] = float.NaN, ["lr"] = 0.1f }), "{\n  loss: NaN,\n  lr: 0.1\n}");

    [Fact]
    public Task A_number_is_its_text() => Shows(Verify(1.5), "1.5");

    [Fact]
    public Task One_in_the_making_is_awaited() => Shows(Verify(Task.FromResult(new[] { "a" })), "[\n  a\n]");

    [Fact]
    public async Task What_was_awaited_is_disposed_when_it_was_compared()
    {
        var stream = new MemoryStream([1, 2]);

        await Fails(Verify(Task.FromResult(stream)));

        stream.CanRead.Should().BeFalse();
        Snapshots.Names().Should().Equal("Case.received.bin");
    }

    [Fact]
    public Task A_function_is_called() => Shows(Verify(() => Task.FromResult(3)), "3");

    [Fact]
    public async Task Bytes_without_an_extension_are_binary()
    {
        await Fails(Verify((object)new byte[] { 1 }));

        Snapshots.Names().Should().Equal("Case.received.bin");
    }

    private async Task Shows(SettingsTask verification, string expected)
    {
        await Fails(verification);
        Snapshots.Read("Case.received.txt").Should().Be(expected);
    }
}
