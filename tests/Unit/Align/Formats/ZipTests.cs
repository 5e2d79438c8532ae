using System.Buffers.Binary;
using PPYolo.Align;
using PPYolo.Align.Formats.Bytes;
using PPYolo.Align.Formats.Zip;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Align.Formats;

public class ZipTests
{
    private static readonly byte[] Array = Raw.Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }\n", [1, 2, 3, 4]);

    [Fact]
    public void A_flipped_bit_in_stored_data_is_found_by_its_CRC()
    {
        var bytes = Raw.Zip(("a.npy", Array));
        bytes[bytes.AsSpan().IndexOf(new byte[] { 1, 2, 3, 4 })] ^= 0x40;

        Raw.ShouldBeRefused(bytes, "entry 'a.npy': expected data with CRC-32");
    }

    [Fact]
    public void Two_entries_for_one_name_are_refused() =>
        Raw.ShouldBeRefused(Raw.Zip(("a", Array), ("a.npy", Array)), "expected each name once, found 'a' twice");

    [Fact]
    public void Entries_that_share_data_are_refused()
    {
        var bytes = Raw.Zip(("a.npy", Array), ("b.npy", Array));
        var second = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(second + 42), 0);

        Raw.ShouldBeRefused(bytes, "expected the data of entry '*' for itself, found that it overlaps");
    }

    [Fact]
    public void A_size_that_the_compressed_data_cannot_have_allocates_nothing()
    {
        var array = Raw.Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000,), }\n", [1, 2, 3, 4]);
        var bytes = Raw.Zip(compress: true, ("a.npy", array));
        var entry = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), (uint)(array.Length - 4 + 1_000_000_000));

        // The header itself is unpacked first, and what is asked for to find it ends too early; both are refused before a gigabyte is
        // taken.
        Raw.ShouldBeRefused(bytes, "expected * found *");
        var file = new ByteSource(bytes, "file");
        ((Action)(() => ZipContent.Open(file, ZipDirectory.Read(file)[0], new AllocationBudget(file), verify: true)))
            .Should()
            .Throw<AlignException>()
            .WithMessage("file, entry 'a.npy': expected at most 1032 bytes from each compressed one, found *");
    }

    [Fact]
    public void All_that_is_made_of_one_file_is_bounded()
    {
        const long bound = (1L << 29) + (20 * 10);
        var file = new ByteSource(new byte[10], "file");
        var budget = new AllocationBudget(file);
        budget.Allocate(1000, file);

        ((Action)(() => budget.Allocate(bound - 999, file)))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"file: expected at most {bound} bytes unpacked from a file of 10, found more*");
    }

    [Theory]
    [InlineData(8, 1, "found an encrypted one")]
    [InlineData(10, 14, "found method 14")]
    public void What_is_encrypted_or_packed_otherwise_is_named(int field, byte value, string message)
    {
        var bytes = Raw.Zip(("a.npy", Array));
        bytes[bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + field] = value;

        Raw.ShouldBeRefused(bytes, message);
    }

    [Fact]
    public void A_comment_at_the_end_is_passed_over()
    {
        var bytes = Raw.Zip(("a.npy", Array));
        bytes[^2] = 3;

        using var tensors = Raw.Read([.. bytes, .. "abc"u8]);
        tensors["a"].BitwiseEquals(TensorData.Of<byte>([1, 2, 3, 4], 4)).Should().BeTrue();
    }

    [Fact]
    public void An_archive_may_have_more_entries_than_16_bits_count()
    {
        var entries = Enumerable.Range(0, 70_000).Select(index => ($"{index}.npy", Array)).ToArray();

        using var tensors = Raw.Read(Raw.Zip(entries));
        tensors.Count.Should().Be(70_000);
        tensors.Names[^1].Should().Be("69999");
    }
}
