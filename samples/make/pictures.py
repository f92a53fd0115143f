"""What each picture is made of: background crop (left, top, width as fractions), grading, file name."""
MEADOW = "aitzgorri_by_Aitzol_Berasategi.jpg"
PEAKS = "picosdeeuropa_by_Aitzol_Berasategi.jpg"
STREAM = "life_by_Aitzol_Berasategi.jpg"
EVENING = "sunset_by_Aitzol_Berasategi.jpg"

HUMANS = {
    "long_hair": dict(stem="woman-long-hair", back=dict(photo=MEADOW, crop=(0.20, 0.06, 0.42), blur=9)),
    "afro": dict(stem="woman-afro", back=dict(photo=PEAKS, crop=(0.30, 0.10, 0.55), blur=6, gamma=0.9)),
    "beard": dict(stem="man-beard", back=dict(render="backdrop.full.png", crop=(0.02, 0.05, 0.78), blur=9)),
    "short_black": dict(stem="man-short-hair", split="training", back=dict(photo=STREAM, crop=(0.30, 0.02, 0.62), blur=5)),
    "hijab": dict(stem="woman-headscarf", back=dict(photo=PEAKS, crop=(0.02, 0.12, 0.48), blur=8, gamma=0.9)),
    "runner": dict(stem="man-walking", mask="RGB", shadow=1.2, back=dict(photo=PEAKS, crop=(0.10, 0.03, 0.51), blur=1.2)),
    "white_bun": dict(stem="woman-bun", back=dict(render="backdrop.full.png", crop=(0.15, 0.10, 0.80), blur=10, mirror=True)),
    "red_curls": dict(stem="woman-curls", split="training", wrap=0.25, back=dict(photo=EVENING, crop=(0.10, 0.28, 0.50), blur=5, mirror=True)),
}

OBJECTS = {
    "bike_meadow": dict(stem="17#Non-motor Vehicle#2#Bicycle#sample_01_o", quality=86, shadow=1.6, sink=([(0.14, 0.45), (0.55, 0.80)], 22),
                        back=dict(photo=MEADOW, crop=(0.16, 0.24, 0.66), blur=1.1)),
    "bike_room": dict(stem="17#Non-motor Vehicle#2#Bicycle#sample_02_o", room=True),
    "shirt_gym": dict(stem="1#Accessories#3#Clothes#sample_03_o", room=True),
    "chair_room": dict(stem="11#Furniture#4#Chair#sample_04_o", room=True),
    "guitar_room": dict(stem="16#Music Instrument#3#Guitar#sample_05_o", room=True),
    "lamp_desk": dict(stem="11#Furniture#9#Lamp#sample_06_o", room=True),
    "palm_forest": dict(stem="18#Plant#2#Palm#sample_07_o", quality=86, room=True, back=dict(photo=STREAM, crop=(0.40, 0.02, 0.55), blur=4)),
    "mast_mountain": dict(stem="4#Architecture#12#TransmissionTower#sample_08_o", quality=85,
                          back=dict(photo=PEAKS, crop=(0.02, 0.02, 0.96), blur=0.6), subject=dict(haze=(0.10, (0.55, 0.62, 0.72)))),
}
