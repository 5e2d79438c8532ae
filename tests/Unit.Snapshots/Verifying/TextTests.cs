using System.Text;

namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class TextTests : VerifyingTests
{
    [Fact]
    public async Task Equal_text_passes_and_returns_what_was_verified()
    {
        Snapshots.Write("Case.verified.txt", "same");

        var result = await Here(Verify("same"));

        result.Target.Should().Be("same");
        result.Text.Should().Be("same");
        result.Files.Should().Equal(Snapshots.File("Case.verified.txt"));
    }

    [Theory]
    [InlineData("one\ntwo", "one\r\ntwo")]
    [InlineData("one\r\ntwo", "one\ntwo")]
    [InlineData("one\rtwo", "one\ntwo")]
    [InlineData("one\ntwo", "one\ntwo\n")]
    [InlineData("one\ntwo", "one\r\ntwo\r\n")]
    [InlineData("one", "\uFEFFone")]
    [InlineData("\uFEFFone", "one")]
    public async Task Line_ends_a_last_line_end_and_the_byte_order_mark_are_no_difference(string received, string verified)
    {
        Snapshots.Write("Case.verified.txt", verified);

        await Here(Verify(received));
    }

    [Theory]
    [InlineData("one", "two")]
    [InlineData("one", "One")]
    [InlineData("one", "one ")]
    [InlineData("one", "one\n\n")]
    [InlineData("one\n", "one")]
    [InlineData("one", " one")]
    [InlineData("0.1", "0.10")]
    public async Task Everything_else_is(string received, string verified)
    {
        Snapshots.Write("Case.verified.txt", verified);

        (await Fails(Verify(received))).Should().Contain("NotEqual:");

        Snapshots.Names().Should().Equal("Case.received.txt", "Case.verified.txt");
        Snapshots.Read("Case.verified.txt").Should().Be(verified, "a failure changes no snapshot");
    }

    [Fact]
    public async Task Received_text_is_UTF8_with_a_byte_order_mark_and_LF()
    {
        await Fails(Verify("größe\r\n2"));

        File.ReadAllBytes(Snapshots.File("Case.received.txt")).Should().Equal([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("größe\n2")]);
    }

    [Fact]
    public async Task No_text_and_null_have_words()
    {
        Snapshots.Write("Empty.verified.txt", "emptyString");
        Snapshots.Write("Null.verified.txt", "null");

        await Here(Verify(""), "Empty");
        await Here(Verify((string?)null), "Null");
    }

    [Fact]
    public async Task An_empty_verified_file_approves_nothing()
    {
        File.WriteAllBytes(Snapshots.File("Case.verified.txt"), []);

        (await Fails(Verify("something"))).Should().Contain("New:");
    }

    [Fact]
    public async Task Text_in_the_making_is_awaited()
    {
        Snapshots.Write("Case.verified.json", "{}");

        await Here(Verify(Task.FromResult("{}"), "json"));
        (await Fails(Verify(Task.FromResult("{ }"), "json"))).Should().Contain("Case.received.json");
    }

    [Fact]
    public async Task An_extension_that_is_not_known_as_text_is_refused() =>
        (await Fails(Verify("text", "weights"))).Should().Contain("AddTextExtension");

    [Fact]
    public async Task Contents_can_be_left_to_the_comparers_message()
    {
        Snapshots.Write("Case.verified.loose", "Same");
        await Here(Verify("same", "loose"));

        var message = await Fails(Verify("other", "loose"));

        message.Should().Contain("Compare Result:\nnot even in another case").And.NotContain("\nother\n");
    }
}
