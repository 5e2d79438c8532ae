using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PPYolo.Align.Tensors;

/// <summary>SHA-256 of named tensors: names, types, shapes and every bit, in order, whatever file format they are in.</summary>
public static class TensorDigest
{
    /// <summary>The digest as lower-case hexadecimal digits.</summary>
    public static string Of(NamedTensors tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> extent = stackalloc byte[sizeof(long)];
        foreach (var (name, tensor) in tensors)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{tensor.Type.Name()}\0"));
            foreach (var length in tensor.Shape)
            {
                BinaryPrimitives.WriteInt64LittleEndian(extent, length);
                hash.AppendData(extent);
            }

            hash.AppendData(tensor.Bytes.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
