using System.Buffers.Binary;
using PPYolo.Align.Tensors;

namespace PPYolo.Tests.Unit.Formats;

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
        var bytes = Raw.Zip(compress: true, ("a.npy", Raw.Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000,), }\n", [1, 2, 3, 4])));
        var entry = bytes.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        var header = Array.Length - 4 + "1000000000".Length - 1;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(entry + 24), (uint)(1_000_000_000 + header));

        Raw.ShouldBeRefused(bytes, "expected * found *");
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
