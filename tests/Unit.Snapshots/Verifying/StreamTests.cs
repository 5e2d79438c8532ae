namespace PPYolo.Tests.Unit.Snapshots.Verifying;

public sealed class StreamTests : VerifyingTests
{
    [Fact]
    public async Task Bytes_are_compared_one_by_one()
    {
        File.WriteAllBytes(Snapshots.File("Case.verified.dat"), [1, 2, 3]);

        await Here(Verify([1, 2, 3], "dat"));
        await Here(Verify(new MemoryStream([1, 2, 3]), "dat"));
        await Here(Verify(Task.FromResult<byte[]>([1, 2, 3]), "dat"));
        await Fails(Verify([1, 2, 4], "dat"));
        await Fails(Verify([1, 2], "dat"));
        await Fails(Verify([1, 2, 3, 0], "dat"));

        File.ReadAllBytes(Snapshots.File("Case.received.dat")).Should().Equal(1, 2, 3, 0);
    }

    [Fact]
    public async Task The_comparer_of_the_extension_decides()
    {
        File.WriteAllBytes(Snapshots.File("Case.verified.length"), [1, 2, 3]);

        await Here(Verify([4, 5, 6], "length"));
        (await Fails(Verify([1, 2], "length"))).Should().Contain("Compare Result:\n2 bytes, not 3");
        await Here(Verify([9], "length").UseStreamComparer((_, _, _) => Task.FromResult(CompareResult.Equal), "length"));
    }

    [Fact]
    public async Task A_stream_of_text_is_compared_as_text()
    {
        Snapshots.Write("Case.verified.csv", "a,b\r\n1,2\r\n");

        await Here(Verify(new MemoryStream("a,b\n1,2\n"u8.ToArray()), "csv"));
    }

    [Fact]
    public async Task A_file_is_verified_by_its_content()
    {
        Snapshots.Write("Source.dat", "content");
        Snapshots.Write("Case.verified.dat", "content");
        Snapshots.Write("Case.verified.txt", "content");

        (await Fails(VerifyFile(Snapshots.File("Source.dat")))).Should().Contain("Delete:\n  - Case.verified.txt");
        File.Delete(Snapshots.File("Case.verified.dat"));
        await Here(VerifyFile(Snapshots.File("Source.dat"), extension: "txt"));
    }

    [Fact]
    public async Task Nothing_at_all_is_no_result() => (await Fails(Verify(new MemoryStream(), "dat"))).Should().Contain("empty");

    [Fact]
    public async Task It_is_disposed()
    {
        var stream = new MemoryStream([1]);

        await Fails(Verify(stream, "dat"));

        stream.CanRead.Should().BeFalse();
    }
}
