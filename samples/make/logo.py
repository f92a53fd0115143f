"""python3 logo.py <png>: draws the T-shirt print, a bright sun over waves, our own design."""
import math
import sys
from PIL import Image, ImageDraw

size = 1200
logo = Image.new("RGBA", (size, size), (255, 190, 20, 0))
draw = ImageDraw.Draw(logo)
middle = size // 2
for k in range(16):
    a, half = 2 * math.pi * k / 16, 0.075
    tip = [(middle + r * math.cos(a + d), middle - 70 + r * math.sin(a + d)) for r, d in ((330, -half), (500, 0), (330, half))]
    draw.polygon(tip, fill=(255, 120, 10, 255))
draw.ellipse((middle - 290, middle - 360, middle + 290, middle + 220), fill=(255, 200, 20, 255))
for k, color in enumerate(((0, 170, 200, 255), (240, 240, 240, 255), (0, 110, 190, 255))):
    top = middle + 70 + 105 * k
    wave = [(x, top + 38 * math.sin(x / 70 + k * 1.3)) for x in range(90, size - 89, 6)]
    draw.polygon(wave + [(x, y + 62) for x, y in reversed(wave)], fill=color)
logo.resize((600, 600), Image.LANCZOS).save(sys.argv[1])
