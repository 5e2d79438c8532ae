using System.Text;
using PPYolo.Align.Formats;

namespace PPYolo.Tests.Unit.Align.Formats;

public sealed class NpyTests
{
    [Theory]
    [InlineData("{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }  \n", "0,1,2,3,4,5")]
    [InlineData("{'descr': '<i2', 'fortran_order': True, 'shape': (2, 3), }\n", "0,2,4,1,3,5")]
    [InlineData("{'descr': '>i2', 'fortran_order': False, 'shape': (2, 3), }\n", "0,256,512,768,1024,1280")]
    [InlineData("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }\n", "0,512,1024,256,768,1280")]
    [InlineData("{\"shape\":(2L,3L),\"descr\":\"<i2\",\"fortran_order\":False}", "0,1,2,3,4,5")]
    public void Headers_and_orders_of_every_kind_give_C_order(string header, string values)
    {
        for (byte version = 1; version <= 3; version++)
        {
            using var tensors = Raw.Read(Raw.Npy(header, [0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0], version));
            tensors.Names.Should().Equal("file");
            tensors["file"].Shape.Should().Equal(2, 3);
            string.Join(',', tensors["file"].As<short>().ToArray()).Should().Be(values);
        }
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), 'x': 1}", "found the key 'x'")]
    [InlineData("{'descr': '<f4', 'shape': (2,)}", "found only part of these")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "found the key 'descr'")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} + 1", "found more after it")]
    [InlineData("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}", "neither True nor False")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': 2}", "no '('")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "an extent that is no 64-bit number")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}", "expected 12 bytes for shape (3), found 8")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "expected 4 bytes for shape (1), found 8")]
    [InlineData(
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1099511627776,)}",
        "expected 4398046511104 bytes for shape (1099511627776), found 8"
    )]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", "found a structured dtype")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "found complex64")]
    [InlineData("{'descr': '|V8', 'fortran_order': False, 'shape': (1,)}", "found dtype '|V8'")]
    [InlineData("{'descr': '<f4\\'', 'fortran_order': False, 'shape': (2,)}", "a string that has no end, or escapes")]
    [InlineData("", "found no '{' at 0")]
    public void A_header_that_is_not_exactly_one_is_refused(string header, string message) =>
        Raw.ShouldBeRefused(Raw.Npy(header, new byte[8]), message);

    [Fact]
    public void Text_is_read_in_both_byte_orders_and_left_out_of_tensors()
    {
        using var folder = new TemporaryFolder();
        foreach (var (order, encoding) in new[] { ('<', new UTF32Encoding(false, false)), ('>', new UTF32Encoding(true, false)) })
        {
            var bytes = Raw.Npy($"{{'descr': '{order}U2', 'fortran_order': False, 'shape': (2,), }}", encoding.GetBytes("é\0😀x"));
            File.WriteAllBytes(folder.File("x.npy"), bytes);

            Npy.ReadStrings(folder.File("x.npy")).Should().Equal("é", "😀x");
            TensorFile.Read(folder.File("x.npy")).Count.Should().Be(0);
        }
    }
}
